// All tests, as one program.

import './platform.js';
import './modules.js';
import './vectors.js';
import './questions.js';
import './lifetimes.js';
import { runTests } from './support/tests.js';

void runTests();
