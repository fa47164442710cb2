// Made by `npm run docs` from the constants `…Fact` in this folder: change it there.
/** All kinds of facts, with the types of their keys and values. */
export { groupFact, type GroupEntry } from './accounts/group.js'
export { idHoldersFact, type IdKey } from './accounts/id-holders.js'
export { sshKeyFact, type SshKeyEntry } from './accounts/ssh-key.js'
export { userProcessFact } from './accounts/user-process.js'
export { userFact, type UserEntry, type UserKey, type UserPassword } from './accounts/user.js'
export { aptFact, type AptState, type PackageState } from './apt/packages.js'
export {
  aptSimulationFact,
  type AptFailure,
  type AptSimulation,
  type AptTrial,
} from './apt/simulation.js'
export { answerFact, type AnswerKey } from './commands/answer.js'
export { guardFact, type CommandLine, type GuardVerdict, type Guards } from './commands/guard.js'
export { httpFact } from './commands/http.js'
export { changedKeysFact, type ChangedKey, type KeysQuestion } from './files/changed-keys.js'
export { missingParentFact, linkFact, type MissingParent } from './files/missing-parent.js'
export { pathFact, type PathEntry, type PathKey } from './files/path.js'
export { placeFact, type PlaceKey } from './files/place.js'
export { templateFact, sourceFact, sourceContentFact } from './files/project-file.js'
export { roomFact, type Room, type RoomKey } from './files/room.js'
export { secretFileFact } from './files/secret-file.js'
export { textFileFact, type TextFileKey } from './files/text-file.js'
export { treeSizeFact } from './files/tree-size.js'
export { treeFact, type TreeEntry } from './files/tree.js'
export { validationFact, type Validated, type ValidationKey } from './files/validation.js'
export {
  gitCheckoutFact,
  type Checkout,
  type CheckoutKey,
  type CleanOptions,
  type GitOperation,
  type NoCheckout,
  type OwnCommits,
} from './git/checkout.js'
export { gitRemoteFact, type RemoteKey, type RemoteRef } from './git/remote.js'
export { hooksFact, newestDeliveryFact, deployKeysFact } from './github/api.js'
export { githubMarkFact, type WebhookMark } from './github/mark.js'
export { repositoryFact } from './github/repository.js'
export { hostFact } from './host.js'
export { databaseFact, accountFact } from './mysql/server.js'
export {
  mysqlTrialFact,
  type MysqlServerError,
  type MysqlTrial,
  type MysqlTrialKey,
} from './mysql/trial.js'
export {
  pipOffersFact,
  type PipOffer,
  type PipOffers,
  type PipOffersKey,
} from './python/pip-offers.js'
export { venvModulesFact, type VenvModulesKey } from './python/venv-modules.js'
export { venvFact, type Judgement, type Venv, type VenvKey, type VenvState } from './python/venv.js'
export { timezoneFact, type TimezoneState } from './system/timezone.js'
export { closedLinksFact, type ClosedLinks } from './systemd/closed-links.js'
export { marksFact } from './systemd/pending-marks.js'
export { unitInstancesFact, type UnitInstances } from './systemd/unit-instances.js'
export { unitFact, type UnitState } from './systemd/unit.js'
