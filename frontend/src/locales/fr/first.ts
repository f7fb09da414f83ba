import auth from './auth.json';
import common from './common.json';
import shell from './shell.json';

/** The texts of the pages before the login. */
const first = { auth, common, shell };

export default first;
