/**
 * How resources and facts are tested, Fettle's own as well as those of other packages: everything
 * that `import … from 'fettle/testing'` offers. It needs no particular test runner.
 */
export { resourceTests, type DefinedFunction } from './testing/resource-tests.js'
export { factTests } from './testing/fact-tests.js'
export type { Case, Test } from './testing/case.js'

// On real hosts
export type { Status } from './engine/events.js'
export type { ImageName } from './lab/image-name.js'
export { hostTests } from './testing/host-tests.js'
export { labHost, type LabTestHost, type LabTestHostOptions } from './testing/lab-host.js'
export type {
  HostCase,
  HostDrift,
  HostObstacle,
  HostUndo,
  HostOutcome,
  HostState,
  TestHost,
} from './testing/host-case.js'
