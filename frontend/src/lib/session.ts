import { useSyncExternalStore } from 'react';
import { api, bodyOf, provideCredentials } from './api/client';
import { ApiError } from './api/errors';
import type { components } from './api/schema';

export type Me = components['schemas']['Me'];

/** `expired`: the session ended while the user was at work; what is on the screen stays until they sign in again. */
export type SessionState =
  | { status: 'unknown' | 'anonymous'; me: null }
  | { status: 'signed_in' | 'expired'; me: Me };

type Tokens = components['schemas']['Tokens'];
type CodeRequired = components['schemas']['CodeRequired'];

const FIRST_PARTY = { 'X-Requested-With': 'alforis' };
const RENEW_BEFORE = 30_000;

let state: SessionState = { status: 'unknown', me: null };
let access: { token: string; expires: number } | null = null;
let renewal: Promise<string | null> | null = null;
const listeners = new Set<() => void>();
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('alforis.session');

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function keep(tokens: Tokens): void {
  access = { token: tokens.access_token, expires: Date.now() + tokens.expires_in * 1000 };
}

async function signedIn(tokens: Tokens): Promise<void> {
  keep(tokens);
  become({ status: 'signed_in', me: await bodyOf(api.GET('/v1/me')) });
}

/** One renewal at a time, in this tab and across tabs: each one spends the refresh cookie. */
function renew(): Promise<string | null> {
  renewal ??= locked(renewOnce).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function locked<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('alforis.session', work) : work();
}

async function renewOnce(): Promise<string | null> {
  try {
    keep(await bodyOf(api.POST('/v1/auth/refresh', { headers: FIRST_PARTY })));
    return access?.token ?? null;
  } catch (failure) {
    if (!(failure instanceof ApiError) || (failure.status !== 401 && failure.status !== 403)) throw failure;
    access = null;
    become(state.me ? { status: 'expired', me: state.me } : { status: 'anonymous', me: null });
    return null;
  }
}

provideCredentials({
  async token() {
    if (access && access.expires - Date.now() > RENEW_BEFORE) return access.token;
    return state.status === 'signed_in' ? renew() : (access?.token ?? null);
  },
  renew,
});

tabs?.addEventListener('message', () => {
  access = null;
  become({ status: 'anonymous', me: null });
});

export const session = {
  current: (): SessionState => state,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Finds out, once, whether the refresh cookie still opens a session. */
  async resume(): Promise<SessionState> {
    if (state.status !== 'unknown') return state;
    if (await renew()) become({ status: 'signed_in', me: await bodyOf(api.GET('/v1/me')) });
    return state;
  },

  /** Answers the challenge when a second factor is asked for, null when signed in. */
  async logIn(login: string, password: string): Promise<string | null> {
    const outcome: Tokens | CodeRequired = await bodyOf(
      api.POST('/v1/auth/login', { body: { login, password } }),
    );
    if (outcome.status === 'totp_required') return (outcome as CodeRequired).challenge;
    await signedIn(outcome as Tokens);
    return null;
  },

  async completeLogIn(challenge: string, code: string): Promise<void> {
    await signedIn(await bodyOf(api.POST('/v1/auth/totp', { body: { challenge, code } })));
  },

  async logOut(everywhere = false): Promise<void> {
    if (everywhere) await api.POST('/v1/auth/logout-everywhere');
    else await api.POST('/v1/auth/logout', { headers: FIRST_PARTY });
    access = null;
    tabs?.postMessage('logged out');
    become({ status: 'anonymous', me: null });
  },

  /** Reads profile and permissions anew, after either changed. */
  async reload(): Promise<void> {
    become({ status: 'signed_in', me: await bodyOf(api.GET('/v1/me')) });
  },
};

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.current);
}

/** The signed-in user; only for what is shown behind the login. */
export function useMe(): Me {
  const { me } = useSession();
  if (!me) throw new Error('Nobody is signed in.');
  return me;
}

/** Whether the user holds a permission such as `organisations:update`; the API decides, this only hides controls. */
export function useCan(): (permission: string) => boolean {
  const { me } = useSession();
  const held = me?.permissions ?? [];
  return (permission) => held.includes(permission);
}
