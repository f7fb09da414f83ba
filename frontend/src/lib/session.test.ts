import { HttpResponse, http } from 'msw';
import { beforeEach, expect, it, vi } from 'vitest';
import { server } from '@/testing/server';

const API = 'http://localhost:8080/api/v1';
const openAnew = vi.hoisted(() => vi.fn());
vi.mock('./page', () => ({ openAnew }));

const ended = () =>
  HttpResponse.json(
    { error: { code: 'unauthenticated', message: '', details: [], request_id: 'r' } },
    { status: 401 },
  );

/** An API on which `user` is logged in with `token`; whose sessions have ended when `token` is null. */
function logged(user: string, token: string | null) {
  const tokens = () =>
    HttpResponse.json({ status: 'logged_in', access_token: token, expires_in: 600, user: { id: user } });
  server.use(
    http.post(`${API}/auth/refresh`, () => (token ? tokens() : ended())),
    http.post(`${API}/auth/login`, tokens),
    http.get(`${API}/me`, ({ request }) =>
      request.headers.get('Authorization') === `Bearer ${token}`
        ? HttpResponse.json({ user: { id: user, locale: 'fr' }, permissions: ['tasks:read'], scopes: {} })
        : ended(),
    ),
    http.get(`${API}/api-keys`, ({ request }) =>
      request.headers.get('Authorization') === `Bearer ${token}` ? HttpResponse.json({ items: [] }) : ended(),
    ),
  );
}

beforeEach(() => {
  vi.resetModules();
  openAnew.mockClear();
});

async function fresh() {
  const { speak } = await import('./i18n');
  await speak('fr');
  const { session } = await import('./session');
  const { api, bodyOf } = await import('./api/client');
  return { session, keys: () => bodyOf(api.GET('/v1/api-keys')) };
}

it('resumes the session of the refresh cookie, once', async () => {
  logged('ada', 'first');
  const { session, keys } = await fresh();

  expect((await session.resume()).status).toBe('signed_in');
  expect(await keys()).toEqual({ items: [] });
});

it('is anonymous without one', async () => {
  logged('ada', null);
  const { session } = await fresh();

  expect((await session.resume()).status).toBe('anonymous');
});

it('lets calls wait when the session ends at work, and answers them after the next login', async () => {
  logged('ada', 'first');
  const { session, keys } = await fresh();
  await session.resume();
  logged('ada', null);

  const waiting = keys();
  await vi.waitFor(() => expect(session.current().status).toBe('expired'));
  expect(session.current().me?.user.id).toBe('ada');
  logged('ada', 'second');
  await session.logIn('ada', 'password');

  expect(await waiting).toEqual({ items: [] });
  expect(session.current().status).toBe('signed_in');
  expect(openAnew).not.toHaveBeenCalled();
});

it('begins anew when somebody else logs in, and shows them nothing of what was there', async () => {
  logged('ada', 'first');
  const { session, keys } = await fresh();
  await session.resume();
  logged('ada', null);
  void keys();
  await vi.waitFor(() => expect(session.current().status).toBe('expired'));

  logged('bob', 'other');
  await session.logIn('bob', 'password');

  expect(openAnew).toHaveBeenCalledWith('/');
  expect(session.current().status).toBe('expired');
});
