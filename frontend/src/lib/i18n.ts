import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type fr from '../locales/fr';

export type Language = 'fr' | 'en';
export const LANGUAGES: readonly Language[] = ['fr', 'en'];
/** The language chosen on this machine, and that of the profile that was signed in last. */
const CHOSEN = 'alforis.language';
const OF_PROFILE = 'alforis.language.profile';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof fr;
    returnNull: false;
  }
}

/** The texts before the login come first; those of the pages behind it are loaded with the frame around these. */
const LOCALES = {
  fr: { first: () => import('../locales/fr/first'), all: () => import('../locales/fr') },
  en: { first: () => import('../locales/en/first'), all: () => import('../locales/en') },
} as const;
let extent: 'first' | 'all' = 'first';

export function keptLanguage(): Language {
  return languageOf(localStorage.getItem(CHOSEN) ?? localStorage.getItem(OF_PROFILE));
}

function languageOf(locale: string | null): Language {
  return locale === 'en' ? 'en' : 'fr';
}

/** Loads the texts of a language and switches to it. */
export async function speak(language: Language): Promise<void> {
  const texts = (await LOCALES[language][extent]()).default;
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      defaultNS: 'common',
      ns: Object.keys(texts),
      resources: { [language]: texts },
      interpolation: { escapeValue: false },
      returnNull: false,
      fallbackLng: false,
    });
  } else {
    for (const [namespace, keys] of Object.entries(texts))
      i18next.addResourceBundle(language, namespace, keys);
    await i18next.changeLanguage(language);
  }
  document.documentElement.lang = language;
}

/** Loads the texts of every page, in the language spoken and in those that will be. */
export async function speakOfEverything(): Promise<void> {
  if (extent === 'all') return;
  extent = 'all';
  await speak(keptLanguage());
}

/** The user wants this language on this machine, whatever their profile says. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(CHOSEN, language);
  await speak(language);
}

/** Switches to the language of the user's profile, unless another one was chosen on this machine. */
export async function speakAs(locale: string): Promise<void> {
  localStorage.setItem(OF_PROFILE, languageOf(locale));
  if (keptLanguage() !== i18next.language) await speak(keptLanguage());
}

/** The profile has a new language, which from now on counts on this machine too. */
export async function speakFromNowOn(locale: string): Promise<void> {
  localStorage.removeItem(CHOSEN);
  await speakAs(locale);
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === 'en' ? 'en' : 'fr';
}
