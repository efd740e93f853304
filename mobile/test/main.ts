// All tests, as one program.

import './platform.js';
import './modules.js';
import './vectors.js';
import './evaluations.js';
import './questions.js';
import './written.js';
import './storages.js';
import './lifetimes.js';
import { runTests } from './support/tests.js';

void runTests();
