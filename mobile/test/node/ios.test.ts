// The client over React Native's own `XMLHttpRequest`, above the networking of iOS.

import { phoneTests } from './support/phone_tests.js';

phoneTests('ios');
