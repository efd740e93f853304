// The client over React Native's own `XMLHttpRequest`, above the networking of Android.

import { phoneTests } from './support/phone_tests.js';

phoneTests('android');
