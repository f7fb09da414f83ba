import type { Pipeline } from '@/lib/api/figures';
import type { Organisation } from '@/lib/api/records';
import { ENUMS } from '@/lib/kinds';

export type Stage = (typeof ENUMS.pipeline_stage)[number];

export const STAGES: readonly Stage[] = ENUMS.pipeline_stage;
/** What may still be signed: the forecast is made of these. */
export const OPEN_STAGES: readonly Stage[] = ['prospect', 'qualification', 'proposition', 'negociation'];
/** Folded until somebody asks for them. */
export const FOLDED_STAGES: readonly Stage[] = ['perdu', 'inactif'];

export const STAGE_COLOURS: Record<Stage, string> = {
  prospect: 'gray',
  qualification: 'cyan',
  proposition: 'brand',
  negociation: 'violet',
  signe: 'green',
  perdu: 'red',
  inactif: 'gray',
};

export interface Sums {
  count: number;
  amount: number;
  weighted: number;
}

export function sumsOf(pipeline: Pipeline, stages: readonly Stage[]): Sums {
  const sums = { count: 0, amount: 0, weighted: 0 };
  for (const row of pipeline.stages) {
    if (!stages.includes(row.stage)) continue;
    sums.count += row.count;
    sums.amount += Number(row.amount);
    sums.weighted += Number(row.weighted_amount);
  }
  return sums;
}

/** The sums as they will be once an organisation is at another stage, reckoned as the API does. */
export function shifted(pipeline: Pipeline, organisation: Organisation, to: Stage): Pipeline {
  const amount = Number(organisation.potential_amount ?? 0);
  const weighted = (amount * (organisation.signature_probability ?? 0)) / 100;
  const stages = pipeline.stages.map((row) => {
    const sign = Number(row.stage === to) - Number(row.stage === organisation.pipeline_stage);
    return {
      ...row,
      count: row.count + sign,
      amount: (Number(row.amount) + sign * amount).toFixed(2),
      weighted_amount: (Number(row.weighted_amount) + sign * weighted).toFixed(2),
    };
  });
  return { ...pipeline, stages };
}
