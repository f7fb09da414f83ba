import type fr from './fr';

/** French needs a plural form (`_many`) that other languages do not have. */
type Needed<K> = K extends `${string}_many` ? never : K;
type Text<T> = T extends string ? string : T extends string[] ? string[] : Texts<T>;
type Texts<T> = { [K in keyof T as Needed<K>]: Text<T[K]> };

export type Translated = Texts<typeof fr>;
