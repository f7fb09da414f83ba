import { setupServer } from 'msw/node';

/** The API as tests see it: each test says what it answers; a call nobody expects fails the test. */
export const server = setupServer();
