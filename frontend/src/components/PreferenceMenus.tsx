import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, LANGUAGES, useLanguage } from '@/lib/i18n';

export const THEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

type Theme = (typeof THEMES)[number]['value'];

/** The themes, as items of a menu. */
export function ThemeItems() {
  const { t } = useTranslation('shell');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as Theme)}>
      {THEMES.map(({ value, icon: Icon }) => (
        <Menu.RadioItem key={value} value={value} rightSection={<Icon size={16} aria-hidden />}>
          {t(`theme.${value}`)}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

/** The languages, as items of a menu; the choice counts on this machine. */
export function LanguageItems() {
  const { t } = useTranslation('shell');
  const spoken = useLanguage();
  return (
    <Menu.RadioGroup value={spoken}>
      {LANGUAGES.map((language) => (
        <Menu.RadioItem
          key={language}
          value={language}
          lang={language}
          // Choosing what is spoken already counts as well, where the profile's language is another.
          onClick={() => chooseLanguage(language)}
        >
          {t(`language.${language}`)}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}
