import { describe, expect, it } from 'vitest';
import { ApiError } from '@/lib/api/errors';
import { brokenRules, passwordRefusal } from './passwords';
import { clock } from './useCountdown';

const ADA = ['ada@example.com', 'Countess', null];

describe('the rules of passwords', () => {
  it.each([
    ['seven77', ['short']],
    ['a'.repeat(129), ['long']],
    ['countess', ['personal']],
    ['ADA@example.com', ['personal']],
    ['ada', ['short', 'personal']],
    ['three green horses', []],
  ])('%s', (password, broken) => {
    expect(brokenRules(password, ADA)).toEqual(broken);
  });

  it('counts characters, not code units', () => {
    expect(brokenRules('😀'.repeat(7))).toEqual(['short']);
    expect(brokenRules('😀'.repeat(8))).toEqual([]);
  });

  it('names the API’s reason at its field', () => {
    const refused = (message: string) =>
      new ApiError(422, 'invalid_input', '', { details: [{ field: 'new_password', message }] });
    expect(passwordRefusal(refused('is one of the most common passwords'), 'new_password')).toBe('common');
    expect(passwordRefusal(refused('is something new'), 'new_password')).toBe('other');
    expect(passwordRefusal(refused('is not right'), 'current_password')).toBeNull();
    expect(passwordRefusal(new Error('no network'), 'new_password')).toBeNull();
  });
});

it('writes waits as clocks do', () => {
  expect([9, 75, 3600].map(clock)).toEqual(['0:09', '1:15', '1:00:00']);
});
