import { ApiError } from '@/lib/api/errors';
import type authTexts from '@/locales/fr/auth.json';

export type Rule = 'short' | 'long' | 'personal';
type Refusal = keyof (typeof authTexts)['password']['refusals'];

const SHORTEST = 8;
const LONGEST = 128;

/** The rules that can be checked here; whether a password is among the common ones only the API knows. */
export function brokenRules(password: string, personal: readonly (string | null | undefined)[] = []): Rule[] {
  const length = [...password].length;
  const broken: Rule[] = [];
  if (length < SHORTEST) broken.push('short');
  if (length > LONGEST) broken.push('long');
  if (isPersonal(password, personal)) broken.push('personal');
  return broken;
}

function isPersonal(password: string, personal: readonly (string | null | undefined)[]): boolean {
  const plain = password.normalize('NFKC').toLowerCase();
  const addresses = personal.filter((value) => value?.includes('@')).map((value) => value?.split('@')[0]);
  return plain !== '' && [...personal, ...addresses].some((value) => value?.toLowerCase() === plain);
}

const REFUSALS: readonly [pattern: RegExp, refusal: Refusal][] = [
  [/at least/, 'short'],
  [/at most/, 'long'],
  [/most common/, 'common'],
  [/name or address/, 'personal'],
  [/is not right/, 'wrong'],
];

/** Why the API refuses the password in `field`, as a text we have; null when it refuses for something else. */
export function passwordRefusal(error: unknown, field: string): Refusal | null {
  const reason = error instanceof ApiError ? error.fields[field] : undefined;
  if (reason === undefined) return null;
  return REFUSALS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other';
}
