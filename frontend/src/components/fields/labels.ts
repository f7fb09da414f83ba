import { useTranslation } from 'react-i18next';
import type { Resource } from '@/lib/api/records';
import type { EnumName } from '@/lib/kinds';

/** The label of a literal value; one that has none (a category an administrator added) stands for itself. */
export function useEnumLabel(): (name: EnumName, value: string) => string {
  const { t } = useTranslation('enums');
  return (name, value) => t(`${name}.${value}` as never, { defaultValue: value }) as string;
}

export function useFieldLabel(): (resource: Resource, name: string) => string {
  const { t } = useTranslation('fields');
  return (resource, name) => t(`${resource}.${name}` as never, { defaultValue: name }) as string;
}

const regionNames = new Map<string, Intl.DisplayNames>();

/** Countries and languages by their code, in the user's language. */
export function useRegionName(): (type: 'region' | 'language', code: string) => string {
  const { i18n } = useTranslation();
  return (type, code) => {
    const key = `${i18n.language} ${type}`;
    const names = regionNames.get(key) ?? new Intl.DisplayNames([i18n.language], { type });
    regionNames.set(key, names);
    return names.of(code) ?? code;
  };
}
