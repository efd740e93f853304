// What the tests of all clients ask, of the client as it ships.

import { evaluationTests } from '../../js/shared/test/support/evaluation_tests.js';
import { subject } from './support/subject.js';

evaluationTests(subject);
