import { useSyncExternalStore } from 'react';
import { api, bodyOf, provideCredentials } from './api/client';
import { ApiError } from './api/errors';
import type { components } from './api/schema';
import { speakAs } from './i18n';
import { openAnew } from './page';

export type Me = components['schemas']['Me'];

/** `expired`: the session ended while the user was at work; what is on the screen stays until they sign in again. */
export type SessionState =
  | { status: 'unknown' | 'anonymous'; me: null }
  | { status: 'signed_in' | 'expired'; me: Me };

type Tokens = components['schemas']['Tokens'];
type CodeRequired = components['schemas']['CodeRequired'];

const FIRST_PARTY = { 'X-Requested-With': 'alforis' };
const RENEW_BEFORE = 30_000;

/** What tabs tell each other; the session is one for all of them. */
type News = { event: 'logged_in'; user: string } | { event: 'logged_out' };

let state: SessionState = { status: 'unknown', me: null };
let access: { token: string; expires: number } | null = null;
let renewal: Promise<string | null> | null = null;
const listeners = new Set<() => void>();
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('alforis.session');

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function tell(news: News): void {
  tabs?.postMessage(news);
}

function keep(tokens: Tokens): string {
  access = { token: tokens.access_token, expires: Date.now() + tokens.expires_in * 1000 };
  return access.token;
}

/** Whether the tokens are somebody else's than what is on the screen, which then must go. */
function replaces(user: string): boolean {
  if (state.me === null || state.me.user.id === user) return false;
  openAnew('/');
  return true;
}

async function enter(): Promise<void> {
  const me = await bodyOf(api.GET('/v1/me'));
  await speakAs(me.user.locale);
  become({ status: 'signed_in', me });
}

async function signedIn(tokens: Tokens): Promise<void> {
  if (replaces(tokens.user.id)) return;
  keep(tokens);
  await enter();
  tell({ event: 'logged_in', user: tokens.user.id });
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
    const tokens = await bodyOf(api.POST('/v1/auth/refresh', { headers: FIRST_PARTY }));
    return replaces(tokens.user.id) ? null : keep(tokens);
  } catch (failure) {
    if (!(failure instanceof ApiError) || (failure.status !== 401 && failure.status !== 403)) throw failure;
    access = null;
    become(state.me ? { status: 'expired', me: state.me } : { status: 'anonymous', me: null });
    return null;
  }
}

/** A token, or null when nobody is signed in. Where the session has ended, calls wait for the next login. */
async function currentToken(): Promise<string | null> {
  if (access && access.expires - Date.now() > RENEW_BEFORE) return access.token;
  if (state.status === 'expired') return nextLogIn();
  return state.status === 'signed_in' ? nextToken() : null;
}

/** A token in place of one that was refused. */
async function nextToken(): Promise<string | null> {
  if (state.status === 'expired') return access ? null : nextLogIn();
  const renewed = await renew();
  return renewed ?? (state.me ? nextLogIn() : null);
}

function nextLogIn(): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = () => {
      if (state.status === 'expired') return;
      stop();
      resolve(state.status === 'signed_in' ? (access?.token ?? null) : null);
    };
    const stop = session.subscribe(settle);
    settle();
  });
}

provideCredentials({ token: currentToken, renew: nextToken });

tabs?.addEventListener('message', ({ data }: MessageEvent<News>) => {
  if (data.event === 'logged_out') {
    access = null;
    become({ status: 'anonymous', me: null });
  } else if (state.status === 'expired' || state.status === 'anonymous') {
    if (!replaces(data.user)) void follow();
  } else {
    replaces(data.user);
  }
});

/** Uses the session that another tab has opened; if it is gone again, this tab stays as it is. */
async function follow(): Promise<void> {
  if (await renew()) await enter();
}

export const session = {
  current: (): SessionState => state,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Finds out, once, whether the refresh cookie still opens a session. */
  async resume(): Promise<SessionState> {
    if (state.status !== 'unknown') return state;
    if (await renew()) await enter();
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
    tell({ event: 'logged_out' });
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
