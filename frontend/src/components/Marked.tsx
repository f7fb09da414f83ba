import { Fragment } from 'react';

const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&amp;': '&',
};

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|amp|#x27|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** A highlight of the search, which is escaped HTML with `<mark>`, as text nodes: nothing else of it can become markup. */
export function Marked({ html }: { html: string }) {
  const pieces = html.split(/<mark>(.*?)<\/mark>/s);
  return pieces.map((piece, place) =>
    place % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
      <mark key={place}>{unescaped(piece)}</mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <Fragment key={place}>{unescaped(piece)}</Fragment>
    ),
  );
}

/** Without case and accents, as the search compares. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

/** Marks the beginnings of words that were typed; for completions, which the server answers without highlights. */
export function MarkedStart({ text, typed }: { text: string; typed: string }) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const pieces = text.split(/([\p{L}\p{N}]+)/u);
  return pieces.map((piece, place) => {
    const start = words.find((word) => plain(piece).startsWith(word) && piece.length >= word.length);
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
    if (!start) return <Fragment key={place}>{piece}</Fragment>;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <Fragment key={place}>
        <mark>{piece.slice(0, start.length)}</mark>
        {piece.slice(start.length)}
      </Fragment>
    );
  });
}
