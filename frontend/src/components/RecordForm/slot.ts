import type { Changes, RecordOf, Resource } from '@/lib/api/records';
import type { KindOf } from '@/lib/kinds';
import { makeSlot } from '@/lib/slot';

export interface FormRequest<R extends Resource = Resource> {
  kind: KindOf<R>;
  /** Values of a new record to begin with; a person's may name an `organisation_id` to be linked to. */
  initial?: Changes;
  /** The record to change; without it a new one is made. */
  record?: RecordOf[R];
  /** Called with what was saved. Without it, the page of a new record opens. */
  onDone?: (record: RecordOf[R]) => void;
}

export const formSlot = makeSlot<FormRequest>();

/** Opens the form of a kind over the page. Whether the user may create or change one is for the caller to know. */
export function openRecordForm<R extends Resource>(request: FormRequest<R>): void {
  formSlot.fill(request as unknown as FormRequest);
}
