// What the tests import from `@jest/globals`, which works within Jest only.
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus'
export { expect } from 'expect'
