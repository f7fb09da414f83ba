import { Button, Group, Skeleton, Text } from '@mantine/core';
import { IconList } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { questionOf } from '@/components/DataView';
import { AddFilter, FilterChips } from '@/components/DataView/FilterBar';
import { SearchBox } from '@/components/DataView/SearchBox';
import { ErrorText } from '@/components/ErrorText';
import { PageHeader } from '@/components/PageHeader';
import { type Pipeline, usePipelineSums } from '@/lib/api/figures';
import { useFormat } from '@/lib/format';
import type { KindOf } from '@/lib/kinds';
import { ORGANISATIONS } from '@/lib/kinds';
import { useMe } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';
import { PipelineBoard } from './PipelineBoard';
import { OPEN_STAGES, sumsOf } from './stages';

/** The stage is the board's own question. */
const FILTERED: KindOf = {
  ...ORGANISATIONS,
  fields: ORGANISATIONS.fields.filter((field) => field.name !== 'pipeline_stage'),
};

export function PipelinePage() {
  const { t } = useTranslation('pipeline');
  const [search, setSearch] = useListSearch();
  const searchBox = useRef<HTMLInputElement>(null);
  const me = useMe().user.id;
  const { pipeline_stage: _, sort: __, ...filters } = questionOf(FILTERED, search, me);
  const sums = usePipelineSums(filters);
  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={<Forecast pipeline={sums.data} />}
        actions={
          <Button
            component={Link}
            to="/organisations"
            search={{ ...search, pipeline_stage: undefined } as never}
            variant="default"
            leftSection={<IconList size={16} />}
          >
            {t('asList')}
          </Button>
        }
      />
      <Group gap="xs" mb="sm">
        <SearchBox
          value={search.q ?? ''}
          label={t('search')}
          onSearch={(q) => setSearch({ ...search, q: q || undefined })}
          inputRef={searchBox}
        />
        <AddFilter kind={FILTERED} search={search} onSearch={setSearch} />
        <FilterChips kind={FILTERED} search={search} onSearch={setSearch} />
      </Group>
      {sums.error ? <ErrorText error={sums.error} /> : null}
      <PipelineBoard filters={filters} pipeline={sums.data} />
    </>
  );
}

function Forecast({ pipeline }: { pipeline: Pipeline | undefined }) {
  const { t } = useTranslation('pipeline');
  const format = useFormat();
  if (!pipeline) return <Skeleton height={20} width={320} maw="100%" />;
  const { count, amount, weighted } = sumsOf(pipeline, OPEN_STAGES);
  return (
    <Text component="div" size="sm">
      {t('open', { count, amount: format.compactMoney(amount) })}
      {' · '}
      <Text span fw={600} c="var(--mantine-color-text)">
        {t('weighted', { amount: format.compactMoney(weighted) })}
      </Text>
    </Text>
  );
}
