import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { useEnumLabel } from '@/components/fields/labels';
import { toasts } from '@/components/toasts';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import type { Organisation } from '@/lib/api/records';
import { ENUMS } from '@/lib/kinds';
import classes from './RecordPage.module.css';

const STAGES = ENUMS.pipeline_stage;
const ENDS: readonly string[] = ['perdu', 'inactif'];

/** Where the deal stands on its way, and the way to move it. */
export function StageSteps({ organisation, editable }: { organisation: Organisation; editable: boolean }) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const label = useEnumLabel();
  const update = useUndoableUpdate('organisations');
  const current = organisation.pipeline_stage;
  const reached = ENDS.includes(current) ? -1 : STAGES.indexOf(current);
  const move = async (stage: (typeof STAGES)[number]) => {
    if (stage === current) return;
    try {
      await update(
        organisation,
        { pipeline_stage: stage },
        t('stage_moved', { stage: label('pipeline_stage', stage) }),
      );
    } catch (error) {
      toasts.failed(messageOf(error, common));
    }
  };
  return (
    <ol className={classes.stages} aria-label={t('stage')}>
      {STAGES.map((stage, place) => (
        <li key={stage}>
          <button
            type="button"
            className={classes.stage}
            data-state={stage === current ? 'current' : place < reached ? 'passed' : 'ahead'}
            data-stage={stage}
            aria-current={stage === current ? 'step' : undefined}
            disabled={!editable && stage !== current}
            onClick={() => editable && move(stage)}
          >
            {label('pipeline_stage', stage)}
          </button>
        </li>
      ))}
    </ol>
  );
}
