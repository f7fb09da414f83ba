import { Tabs } from '@mantine/core';
import type { ListSearch } from '@/lib/listSearch';

/** Named sets of filters of one list; `all` has none. Days may be relative, such as `today+90d`. */
export type Presets<Name extends string> = Record<Name, Record<string, string | readonly string[]>>;

interface Props<Name extends string> {
  presets: Presets<Name>;
  label: string;
  labelOf: (name: Name) => string;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
}

/** The presets as tabs above the list: choosing one replaces the filters that presets rule, and leaves the others. */
export function PresetTabs<Name extends string>({ presets, label, labelOf, search, onSearch }: Props<Name>) {
  return (
    <Tabs
      value={presetOf(presets, search)}
      onChange={(name) => name && onSearch(withPreset(presets, search, name as Name))}
      variant="pills"
      activateTabWithKeyboard={false}
      mb="sm"
    >
      <Tabs.List aria-label={label}>
        {namesOf(presets).map((name) => (
          <Tabs.Tab key={name} value={name} aria-controls={undefined}>
            {labelOf(name)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}

const namesOf = <Name extends string>(presets: Presets<Name>) => Object.keys(presets) as Name[];

function ruledBy<Name extends string>(presets: Presets<Name>): string[] {
  return [...new Set(namesOf(presets).flatMap((name) => Object.keys(presets[name])))];
}

/** The preset that the filters amount to; null for filters of the user's own. */
export function presetOf<Name extends string>(presets: Presets<Name>, search: ListSearch): Name | null {
  const ruled = ruledBy(presets);
  const written = (filters: Record<string, string | readonly string[] | undefined>) =>
    JSON.stringify(ruled.map((name) => [filters[name] ?? []].flat()));
  return namesOf(presets).find((name) => written(presets[name]) === written(search)) ?? null;
}

export function withPreset<Name extends string>(
  presets: Presets<Name>,
  search: ListSearch,
  name: Name,
): ListSearch {
  const ruled = ruledBy(presets);
  const rest = Object.fromEntries(Object.entries(search).filter(([key]) => !ruled.includes(key)));
  return { ...rest, ...(presets[name] as unknown as ListSearch) };
}
