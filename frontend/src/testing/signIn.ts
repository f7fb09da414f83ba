import { HttpResponse, http } from 'msw';
import type { User } from '@/lib/api/records';
import { session } from '@/lib/session';
import { server } from './server';

export const ME = {
  id: '01M7YPQN2N586B9YZ238DSYS2Q',
  username: 'alice',
  first_name: 'Alice',
  last_name: 'Admin',
  email: 'alice@example.com',
  role: 'manager',
  team_id: null,
  is_active: true,
} as unknown as User;

/** Signs a user with these permissions in, as the login form does. */
export async function signIn(...permissions: string[]): Promise<void> {
  server.use(
    http.post('*/api/v1/auth/login', () =>
      HttpResponse.json({
        status: 'signed_in',
        access_token: 'token',
        token_type: 'bearer',
        expires_in: 900,
        user: ME,
      }),
    ),
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ user: ME, permissions, scopes: { default: 'team' }, session_id: 'session' }),
    ),
  );
  await session.logIn('alice', 'password');
}
