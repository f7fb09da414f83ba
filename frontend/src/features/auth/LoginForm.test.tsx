import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { LoginForm } from './LoginForm';

const API = 'http://localhost:8080/api/v1';
const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  HttpResponse.json({ error: { code, message: code, details: [], request_id: 'r1' } }, { status, headers });
const USER = { id: 'u1', username: 'ada', email: 'ada@example.com', locale: 'fr' };
const TOKENS = { status: 'logged_in', access_token: 'token', expires_in: 600, user: USER };

async function submit() {
  const view = await show(<LoginForm />);
  await view.user.type(await screen.findByLabelText('E-mail ou identifiant'), ' ada ');
  await view.user.type(screen.getByLabelText('Mot de passe'), 'secret');
  await view.user.click(screen.getByRole('button', { name: 'Se connecter' }));
  return view;
}

describe('the login form', () => {
  const sent = vi.fn();
  beforeEach(() => {
    sent.mockClear();
    server.use(
      http.get(`${API}/me`, () =>
        HttpResponse.json({ user: USER, permissions: [], scopes: {}, session_id: 's1' }),
      ),
    );
  });

  it('says that name or password are wrong', async () => {
    server.use(http.post(`${API}/auth/login`, () => refusal(401, 'unauthenticated')));
    await submit();

    expect(await screen.findByRole('alert')).toHaveTextContent('Identifiant ou mot de passe incorrect');
  });

  it('counts down when it has to wait, and sends nothing meanwhile', async () => {
    server.use(
      http.post(`${API}/auth/login`, () => {
        sent();
        return refusal(429, 'too_many_requests', { 'Retry-After': '75' });
      }),
    );
    const { user } = await submit();

    expect(await screen.findByRole('alert')).toHaveTextContent(/1:1[345]/);
    const button = screen.getByRole('button', { name: 'Se connecter' });
    expect(button).toBeDisabled();
    await user.click(button);
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it('asks for the second factor and sends a whole code by itself', async () => {
    server.use(
      http.post(`${API}/auth/login`, () =>
        HttpResponse.json({ status: 'totp_required', challenge: 'challenge' }),
      ),
      http.post(`${API}/auth/totp`, async ({ request }) => {
        sent(await request.json());
        return sent.mock.calls.length === 1 ? refusal(401, 'unauthenticated') : HttpResponse.json(TOKENS);
      }),
    );
    const { user } = await submit();
    const code = await screen.findByLabelText('Code de vérification');
    await user.type(code, '12 34 56');

    expect(await screen.findByRole('alert')).toHaveTextContent('n’est pas valable');
    expect(sent).toHaveBeenCalledWith({ challenge: 'challenge', code: '123456' });
    expect(code).toHaveValue('');

    await user.click(screen.getByRole('button', { name: 'Utiliser un code de secours' }));
    await user.type(screen.getByLabelText('Code de secours'), 'abcd-efgh-ijkl');
    expect(sent).toHaveBeenCalledTimes(1);
    await user.click(screen.getByRole('button', { name: 'Vérifier' }));
    await waitFor(() =>
      expect(sent).toHaveBeenLastCalledWith({ challenge: 'challenge', code: 'abcd-efgh-ijkl' }),
    );
  });
});
