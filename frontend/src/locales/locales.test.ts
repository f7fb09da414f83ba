import { describe, expect, it } from 'vitest';
import en from './en';
import fr from './fr';

interface Tree {
  [key: string]: string | string[] | Tree;
}

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') texts.set(prefix + key, value);
    else if (Array.isArray(value))
      for (const [index, text] of value.entries()) texts.set(`${prefix}${key}.${index}`, text);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) texts.set(inner, text);
  }
  return texts;
}

const french = flatten(fr);
const english = flatten(en);
const placeholders = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map((match) => match[1]).sort();
const isFrenchPlural = (key: string) => key.endsWith('_many');

describe('the texts of both languages', () => {
  it('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual(
      [...french.keys()].filter((key) => !isFrenchPlural(key)).sort(),
    );
  });

  it('are never empty', () => {
    expect([...french, ...english].filter(([, text]) => !text.trim())).toEqual([]);
  });

  it('have the same placeholders', () => {
    const different = [...english].filter(
      ([key, text]) => String(placeholders(text)) !== String(placeholders(french.get(key) ?? '')),
    );
    expect(different.filter(([key]) => !/_(one|other)$/.test(key))).toEqual([]);
  });

  it('have every plural form of their language', () => {
    const stems = (keys: Iterable<string>) =>
      [...keys].filter((key) => key.endsWith('_other')).map((key) => key.slice(0, -'_other'.length));
    const missing = (texts: Map<string, string>, forms: string[]) =>
      stems(texts.keys()).flatMap((stem) =>
        forms.filter((form) => !texts.has(stem + form)).map((form) => stem + form),
      );
    expect(missing(french, ['_one', '_many'])).toEqual([]);
    expect(missing(english, ['_one'])).toEqual([]);
  });
});
