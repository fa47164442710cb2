/**
 * What resources are written with, Fettle's own as well as those of other packages: everything that
 * `import … from 'fettle/kit'` offers. [Writing resources](../docs/adding-a-resource.md) explains
 * it.
 *
 * A test finds what this list lacks: what `src/core` offers to resources and facts, every kind of
 * fact, every backend, and what two families of resources share.
 */

// A kind of resource: its type, arguments, options, and the state that they describe
export { args, desired, options } from './core/definition.js'
export { foreignResource as resource } from './core/foreign-kinds.js'
export type {
  AnyDefinition,
  Arguments,
  Built,
  Definition,
  Desired,
  Given,
  Options,
  ResourceFunction,
} from './core/definition.js'
export type {
  CommonOptions,
  Facts,
  Joining,
  PlanContext,
  Reads,
  Resource,
  ResourceKind,
  Trigger,
} from './core/resource.js'
export { address, type Address } from './core/address.js'

// Schemas of options, in the words of Fettle's errors
export * as schema from './core/schemas.js'
export { checkedArguments, invalidOption, type Shape } from './core/options.js'
export { wantedOf } from './core/schema-words.js'
export { z } from 'zod'

// What a resource is given, and what only the host knows
export { findLaters, Later, request } from './core/later.js'
export type { Evaluated, FactRequest, FactSource, Read, Resolved, Value } from './core/later.js'
export { holdsSecret, reveal, revealAll, Secret } from './core/secret.js'
export type { SshKey } from './resources/accounts/ssh-key.js'
export { decoded, mostRead } from './core/decoded-text.js'
export { isAbsoluteMode, mode, modeText, resolveMode, type Mode } from './core/mode.js'

// What a plan says and does
export {
  blocked,
  bulk,
  change,
  changesOf,
  fine,
  leaves,
  program,
  type Action,
  type Blocked,
  type Bulk,
  type BulkKind,
  type Change,
  type Effect,
  type Fine,
  type Left,
  type NewSession,
  type Plan,
  type ShellAction,
  type TextDiff,
} from './core/change.js'
export type { Brings, Lacks, Thing } from './core/thing.js'
export { keeps, mostKept, type Kept, type UndoKind } from './core/undo.js'
export { trial, type Trial, type Verdict } from './core/trial.js'
export { FettleError, isCode, type ErrorCode } from './core/errors.js'
export { messageOf } from './core/error-message.js'
export { counted } from './core/counted.js'
export { listed } from './core/listed.js'
export { sizeText } from './core/size-text.js'
export { suggestion } from './core/names/nearest.js'
export { omitUndefined } from './core/omit-undefined.js'

// Shell, in which every value is quoted
export {
  FileInput,
  inputBytes,
  inputLength,
  lines,
  quote,
  sh,
  Sh,
  shellFunctions,
  steps,
  type Input,
  type ShArgument,
} from './core/sh.js'
export { explain, explanationIn, refuse, type Explanation } from './core/refuse.js'
export { enter, enterChild, enterFunctions, enterThrough, split } from './core/enter.js'

// A kind of fact that the host's shell reads
export { foreignShellFact as shellFact } from './core/foreign-kinds.js'
export { absent, present, unknown } from './core/fact.js'
export type {
  Ahead,
  Fact,
  FactKind,
  Lacking,
  Output,
  RecordedAnswer,
  ShellFactKind,
  UnknownFact,
} from './core/fact.js'
export { allUnknown, failureOf } from './facts/failure.js'
export { processorLimit, slowDisk } from './facts/limits.js'
export { answersOf, sectionsOf, type Answer } from './facts/section.js'
export { asOwner, asUser, isOwner, ownerOf, type Owner } from './facts/accounts/as-user.js'

// A backend, and the facts that it reads
export { foreignBackend as backend } from './core/foreign-kinds.js'
export { foreignBackendFact as backendFact } from './core/foreign-kinds.js'
export type {
  ActionOn,
  AnyBackend,
  Backend,
  BackendAction,
  BackendSpec,
  ForwardTarget,
  HostAccess,
  HostLink,
  Implementation,
  RunAccess,
} from './core/backend.js'
export type { BackendFactKind } from './core/fact.js'

// Restarts that are still due
export {
  clearOldScript,
  clearScript,
  decodeMark,
  pendingDirectory,
  pendingPlaces,
  type PendingPlaces,
  type RestartMark,
} from './core/restart-marks.js'

// Packages, planned for any manager
export type {
  KnownPackage,
  KnownPackages,
  PackageManager,
  PackagePresence,
  PackageWork,
  WantedPackage,
} from './resources/packages/manager.js'
export {
  planPackages,
  type AbsentPackages,
  type PresentPackages,
} from './resources/packages/plan.js'

// Fettle's own kinds of facts, and what else is said of them
export * from './facts/index.js'
export type { HostAddress, HostFacts } from './core/host-facts.js'
export { publicKeyPattern } from './facts/accounts/ssh-key.js'
export { commandWords } from './facts/commands/guard.js'
export type { HttpAnswer, HttpProbe, HttpResult } from './facts/commands/http.js'
export { firstLines, readContents, showContents } from './facts/files/contents.js'
export { parentsOf } from './facts/files/missing-parent.js'
export { mostDigested } from './facts/files/path.js'
export { isRefused, mostTried } from './facts/files/validation.js'
export type { PathAttributes } from './facts/files/path-attributes.js'
export type { Delivery, DeployKey, Hook } from './facts/github/api.js'
export type { Account, AccountKey, LoginMethod } from './facts/mysql/account.js'
export type { DatabaseDefaults, DatabaseKey } from './facts/mysql/database.js'
export type { Grant } from './facts/mysql/grants.js'
export type { Distribution } from './facts/python/requirements.js'
export { hiddenMarks, seenMarks } from './facts/systemd/pending-marks.js'
export type { PendingMark, PendingMarks } from './facts/systemd/pending-marks.js'

// Fettle's own backends
export { mysql, type MysqlAction, type MysqlLoginAction } from './facts/mysql/backend.js'
export type { MysqlConnection, MysqlLogin, MysqlStatement } from './facts/mysql/backend.js'
export { github, type GithubAction, type GithubProofAction } from './facts/github/backend.js'
export type { GithubProof, GithubRequest } from './facts/github/backend.js'
export { http } from './facts/commands/http.js'
export { projectFiles } from './facts/files/project-file.js'

// Files, written so that they are whole at any time and lead nowhere else
export { editedFile, type Edited, type FileEdit } from './resources/files/edited-file.js'
export {
  blockedBy,
  fileChanges,
  fileRemoval,
  notAFile,
  type DesiredFile,
} from './resources/files/file-changes.js'
export {
  contentConflict,
  contentOf,
  contentShape,
  diffOf,
  digestOf,
  fileContentOf,
  textIn,
  type Content,
  type ContentOptions,
  type FileContent,
} from './resources/files/content.js'
export { checkedContent, pathKey } from './resources/files/file.js'
export {
  holding,
  holds,
  mayWriteHere,
  writeFile,
  type FileToWrite,
  type Judge,
} from './resources/files/write-file.js'
export { accountTrials, puttingTrials } from './resources/files/file-trials.js'
export { placeTrials, type PlaceUse } from './resources/files/place-trials.js'
export { keepBeforeMaking, takeBackMaking } from './resources/files/made-tree.js'
export {
  isTreeKept,
  keptOf,
  pathState,
  undoOf,
  type PathStateKey,
} from './resources/files/path-state.js'
export { treeAttributes, type TreeAttributesKey } from './resources/files/tree-attributes.js'
export { account, isAccount } from './resources/files/attributes.js'
export { withAttributes, type NewAttributes } from './resources/files/new-attributes.js'
export { inDirectory } from './resources/files/in-directory.js'
export { chownTree, removeTree } from './resources/files/change-tree.js'
export { render } from './core/template/template.js'
export { decodeText, type DecodedText } from './core/text-encoding.js'
export { urlCredentials, type Credential } from './core/scrub/credentials.js'
export { mysqlHash } from './core/scrub/mysql-hash.js'
