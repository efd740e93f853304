// The client outside of pages, in Node: what all clients have in common, against the real server.

import { clientTests } from '../../shared/test/support/client_tests.js';
import { evaluationTests } from '../../shared/test/support/evaluation_tests.js';
import { transportTests } from '../../shared/test/support/transport_tests.js';
import { vectorTests } from '../../shared/test/support/vector_tests.js';
import { binding, subject } from './support/subject.js';

clientTests(subject);
evaluationTests(subject);
transportTests(subject);
vectorTests(binding);
