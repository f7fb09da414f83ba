export type { ExtraColumn } from './columns';
export { questionOf } from './conditions';
export { DataView, type DataViewProps, type Layout } from './DataView';
