export { RecordFormHost } from './RecordFormHost';
export { type FormRequest, openRecordForm } from './slot';
