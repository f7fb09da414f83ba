import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { useEnumLabel } from '@/components/fields/labels';
import { toasts } from '@/components/toasts';
import type { Pipeline } from '@/lib/api/figures';
import type { Organisation } from '@/lib/api/records';
import { useUpdateRecord } from '@/lib/queries';
import { type Stage, shifted } from './stages';

/** A card on its way to another stage, shown there although the list of that stage does not hold it yet. */
export interface Move {
  organisation: Organisation;
  to: Stage;
}

/** Moves organisations between stages: cards and sums follow at once and go back when the move is refused. */
export function useMoves(): {
  moves: readonly Move[];
  move: (organisation: Organisation, to: Stage) => Promise<void>;
} {
  const client = useQueryClient();
  const { t } = useTranslation(['pipeline', 'common']);
  const { t: common } = useTranslation();
  const label = useEnumLabel();
  const [moves, setMoves] = useState<readonly Move[]>([]);
  const update = useUpdateRecord('organisations');
  const forget = (id: string) => setMoves((before) => before.filter((one) => one.organisation.id !== id));

  /** Answers the organisation at its new stage, or null when the move was refused, which the user was told. */
  const carry = async (organisation: Organisation, to: Stage): Promise<Organisation | null> => {
    const { id, version } = organisation;
    setMoves((before) => [...before.filter((one) => one.organisation.id !== id), { organisation, to }]);
    await client.cancelQueries({ queryKey: ['figures', 'pipeline'] });
    client.setQueriesData<Pipeline>({ queryKey: ['figures', 'pipeline'] }, (sums) =>
      sums ? shifted(sums, organisation, to) : sums,
    );
    try {
      return await update.mutateAsync({ id, changes: { pipeline_stage: to }, version });
    } catch (error) {
      toasts.failed(t('pipeline:refused', { name: organisation.name, reason: messageOf(error, common) }));
      return null;
    } finally {
      forget(id);
    }
  };

  const move = async (organisation: Organisation, to: Stage) => {
    const from = organisation.pipeline_stage;
    const moved = await carry(organisation, to);
    if (!moved) return;
    toasts.undoable(
      t('pipeline:moved', { name: moved.name, stage: label('pipeline_stage', to) }),
      common('actions.undo'),
      async () => {
        if (await carry(moved, from)) toasts.done(common('undone'));
      },
    );
  };
  return { moves, move };
}
