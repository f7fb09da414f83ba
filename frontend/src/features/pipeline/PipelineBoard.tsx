import { Anchor, Avatar, Badge, Button, Group, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Board, BoardCard, BoardColumn, type OnMove } from '@/components/Board/Board';
import { ErrorText } from '@/components/ErrorText';
import { useEnumLabel } from '@/components/fields/labels';
import type { Pipeline } from '@/lib/api/figures';
import type { ListParameters, Organisation } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useName } from '@/lib/names';
import { useRecordPages } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { FOLDED_STAGES, STAGE_COLOURS, STAGES, type Stage, sumsOf } from './stages';
import { type Move, useMoves } from './useMoves';

const CARDS = 25;

export function PipelineBoard({
  filters,
  pipeline,
}: {
  filters: ListParameters;
  pipeline: Pipeline | undefined;
}) {
  const { t } = useTranslation('pipeline');
  const label = useEnumLabel();
  const { moves, move } = useMoves();
  const columns = STAGES.map((stage) => ({ id: stage, name: label('pipeline_stage', stage) }));
  const onMove = (organisation: Organisation, to: Stage) => {
    void move(organisation, to);
    return t('moved', { name: organisation.name, stage: label('pipeline_stage', to) });
  };
  return (
    <Board label={t('title')} columns={columns}>
      {STAGES.map((stage) => (
        <StageColumn
          key={stage}
          stage={stage}
          filters={filters}
          pipeline={pipeline}
          moves={moves}
          onMove={onMove}
        />
      ))}
    </Board>
  );
}

interface ColumnProps {
  stage: Stage;
  filters: ListParameters;
  pipeline: Pipeline | undefined;
  moves: readonly Move[];
  onMove: (organisation: Organisation, to: Stage) => string;
}

function StageColumn(props: ColumnProps) {
  const { stage, pipeline } = props;
  const label = useEnumLabel();
  const format = useFormat();
  const foldable = FOLDED_STAGES.includes(stage);
  const [folded, setFolded] = useState(foldable);
  const sums = pipeline ? sumsOf(pipeline, [stage]) : undefined;
  return (
    <BoardColumn
      id={stage}
      name={label('pipeline_stage', stage)}
      colour={STAGE_COLOURS[stage]}
      count={sums?.count}
      detail={sums ? format.money(Math.round(sums.amount)) : <Skeleton height={12} width={80} my={3} />}
      collapsed={folded}
      onToggle={foldable ? () => setFolded(!folded) : undefined}
    >
      {folded ? null : <Cards {...props} />}
    </BoardColumn>
  );
}

function Cards({ stage, filters, moves, onMove }: ColumnProps) {
  const can = useCan();
  const { t } = useTranslation(['pipeline', 'common']);
  const pages = useRecordPages('organisations', {
    ...filters,
    pipeline_stage: stage,
    sort: '-potential_amount',
    limit: CARDS,
  });
  if (pages.error && !pages.data) {
    return (
      <li>
        <ErrorText error={pages.error} />
        <Button size="xs" variant="default" mt="xs" onClick={() => pages.refetch()}>
          {t('common:actions.retry')}
        </Button>
      </li>
    );
  }
  if (pages.isPending) {
    return [1, 2, 3].map((row) => (
      <li key={row}>
        <Skeleton height={84} radius="md" />
      </li>
    ));
  }
  const listed = pages.data.pages.flatMap((page) => page.items);
  const cards = withMoves(listed, stage, moves);
  return (
    <>
      {cards.map((organisation) => (
        <StageCard
          key={organisation.id}
          organisation={organisation}
          stage={stage}
          onMove={can('organisations:update') ? (to) => onMove(organisation, to as Stage) : undefined}
        />
      ))}
      {cards.length === 0 ? (
        <Text component="li" size="sm" c="dimmed" ta="center" py="lg">
          {t('pipeline:nothing')}
        </Text>
      ) : null}
      {pages.hasNextPage ? (
        <li>
          <Button
            fullWidth
            variant="subtle"
            size="xs"
            loading={pages.isFetchingNextPage}
            onClick={() => pages.fetchNextPage()}
          >
            {t('common:actions.more')}
          </Button>
        </li>
      ) : null}
    </>
  );
}

/** What the column shows: its list, without the cards that are leaving and with those that are arriving. */
export function withMoves(
  listed: readonly Organisation[],
  stage: Stage,
  moves: readonly Move[],
): readonly Organisation[] {
  const moving = new Map(moves.map((one) => [one.organisation.id, one]));
  const staying = listed.filter((one) => (moving.get(one.id)?.to ?? one.pipeline_stage) === stage);
  const arriving = moves
    .filter((one) => one.to === stage && !staying.some((other) => other.id === one.organisation.id))
    .map((one) => ({ ...one.organisation, pipeline_stage: stage }));
  return [...arriving, ...staying];
}

function StageCard({
  organisation,
  stage,
  onMove,
}: {
  organisation: Organisation;
  stage: Stage;
  onMove?: OnMove;
}) {
  const { t } = useTranslation('pipeline');
  const format = useFormat();
  const { data: owner } = useName('users', organisation.owner_id);
  const probability = organisation.signature_probability;
  return (
    <BoardCard id={organisation.id} name={organisation.name} column={stage} onMove={onMove}>
      <Anchor
        component={Link}
        to="/organisations/$id"
        params={{ id: organisation.id } as never}
        fw={600}
        size="sm"
        c="var(--mantine-color-text)"
        draggable={false}
        pe={22}
        display="block"
        style={{ overflowWrap: 'anywhere' }}
      >
        {organisation.name}
      </Anchor>
      <Group gap={6} mt={6} wrap="nowrap" justify="space-between">
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          {organisation.potential_amount ? format.money(organisation.potential_amount) : t('noAmount')}
        </Text>
        {probability === null ? null : (
          <Badge
            variant="light"
            size="sm"
            tt="none"
            aria-label={t('probability', { value: format.percent(probability) })}
          >
            {format.percent(probability)}
          </Badge>
        )}
      </Group>
      <Group gap={6} mt={8} wrap="nowrap">
        {owner ? (
          <>
            <Avatar size={20} name={owner} color="brand" alt="" aria-hidden />
            <Text size="xs" c="dimmed" truncate="end" style={{ flex: 1 }}>
              {owner}
            </Text>
          </>
        ) : (
          <span style={{ flex: 1 }} />
        )}
        {organisation.last_activity_at ? (
          <Text
            size="xs"
            c="dimmed"
            component="time"
            dateTime={organisation.last_activity_at}
            title={t('lastActivity', { date: format.dateTime(organisation.last_activity_at) })}
            style={{ whiteSpace: 'nowrap' }}
          >
            {format.relative(organisation.last_activity_at)}
          </Text>
        ) : null}
      </Group>
    </BoardCard>
  );
}
