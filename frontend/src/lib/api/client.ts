import createClient, { type Middleware } from 'openapi-fetch';
import { ApiError, errorOf } from './errors';
import type { paths } from './schema';

/** What the client needs of the session; `lib/session` provides it, so that this file knows no session. */
export interface Credentials {
  /** An access token that is good for now, or null when nobody is signed in. */
  token(): Promise<string | null>;
  /** Called once after a 401; answers a new token, or null when the session has ended. */
  renew(): Promise<string | null>;
}

let credentials: Credentials = { token: async () => null, renew: async () => null };

export function provideCredentials(given: Credentials): void {
  credentials = given;
}

const WITHOUT_TOKEN =
  /\/v1\/auth\/(login|totp|refresh|logout$|forgot-password|reset-password|invitations|accept-invitation)/;

async function send(request: Request): Promise<Response> {
  try {
    return await globalThis.fetch(request);
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure;
    throw new ApiError(0, 'offline', 'The server cannot be reached.');
  }
}

async function authorised(request: Request): Promise<Response> {
  const anonymous = WITHOUT_TOKEN.test(request.url);
  const spare = anonymous ? null : request.clone();
  const token = anonymous ? null : await credentials.token();
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  const response = await send(request);
  if (response.status !== 401 || !spare) return response;
  const renewed = await credentials.renew();
  if (!renewed) return response;
  spare.headers.set('Authorization', `Bearer ${renewed}`);
  return send(spare);
}

const refusals: Middleware = {
  async onResponse({ response }) {
    if (!response.ok && response.status !== 304) throw await errorOf(response);
  },
};

export const api = createClient<paths>({
  baseUrl: `${globalThis.location?.origin ?? 'http://localhost'}/api`,
  fetch: authorised,
  querySerializer: (query) => serialise(query as Record<string, unknown>),
});
api.use(refusals);

/** Repeats a name for each of its values; leaves out what is undefined or empty. */
export function serialise(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') parameters.append(name, String(one));
    }
  }
  return parameters.toString();
}

/** The body of an answer; refusals were thrown as `ApiError` before. */
export async function bodyOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
