import type { components } from './schema';

type ErrorDetail = components['schemas']['ErrorDetail'];

/** A refusal of the API, or `status` 0 when it could not be reached. `code` is one of docs/api.md, or `offline`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: ErrorDetail[];
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  /** What a stale version answers with: the record as it is, as it was, and what was sent. */
  readonly body: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    rest: {
      details?: ErrorDetail[];
      requestId?: string;
      retryAfter?: number;
      body?: Record<string, unknown>;
    } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = rest.details ?? [];
    this.requestId = rest.requestId;
    this.retryAfter = rest.retryAfter;
    this.body = rest.body ?? {};
  }

  /** Field name to message, for forms. */
  get fields(): Record<string, string> {
    return Object.fromEntries(this.details.filter((d) => d.field).map((d) => [d.field, d.message]));
  }
}

export async function errorOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? '') || undefined;
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: Record<string, unknown> } | null)?.error;
  if (!error) return new ApiError(response.status, 'unavailable', response.statusText, { retryAfter });
  return errorFrom(response.status, error, retryAfter);
}

/** From the `error` object of an answer, or of one item of a bulk answer. */
export function errorFrom(status: number, error: Record<string, unknown>, retryAfter?: number): ApiError {
  return new ApiError(status, String(error.code), String(error.message), {
    details: (error.details as ErrorDetail[] | undefined) ?? [],
    requestId: error.request_id as string | undefined,
    retryAfter,
    body: error,
  });
}
