import { randomUUID } from 'node:crypto'

/** A delivery as GitHub records it. */
export interface StoredDelivery {
  readonly id: number
  readonly guid: string
  readonly deliveredAt: string
  readonly redelivery: boolean
  readonly duration: number
  readonly status: string
  readonly statusCode: number
  readonly event: string
  readonly url: string
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly payload: object }
  readonly response: {
    readonly headers: Readonly<Record<string, string>>
    readonly payload: string
  }
}

/** A hook as GitHub stores it, with its secret in the clear. */
export interface StoredHook {
  readonly id: number
  active: boolean
  events: readonly string[]
  config: {
    readonly url: string
    readonly contentType: string
    readonly insecureSsl: string
    readonly secret: string | null
  }
  readonly createdAt: string
  updatedAt: string
  lastResponse: {
    readonly code: number | null
    readonly status: string
    readonly message: string | null
  }
  /** Newest first. */
  readonly deliveries: StoredDelivery[]
}

export interface StoredKey {
  readonly id: number
  readonly title: string
  /** Type and blob, without a comment. */
  readonly key: string
  readonly readOnly: boolean
  readonly createdAt: string
  lastUsed: string | null
}

export interface StoredRepository {
  readonly id: number
  /** `owner/name` */
  readonly name: string
  /** Its bare repository on this machine. */
  readonly directory: string
  readonly defaultBranch: string
  readonly createdAt: string
  /** An archived repository refuses changes. */
  archived: boolean
  /** What the token's user may do there. */
  access: 'admin' | 'read'
  readonly hooks: StoredHook[]
  readonly keys: StoredKey[]
}

/** The state of the stand-in. Names of repositories are compared without case, as on GitHub. */
export class GithubState {
  readonly repositories: readonly StoredRepository[]
  /**
   * Errors that the validation found in requests, or in the stand-in's own answers. A test fails
   * when there is any.
   */
  readonly defects: string[] = []
  #lastId = 500_000_000

  constructor(
    directories: ReadonlyMap<string, string>,
    readonly now: () => Date,
  ) {
    this.repositories = [...directories].map(([name, directory]) => ({
      id: this.newId(),
      name,
      directory,
      defaultBranch: 'main',
      createdAt: this.time(),
      archived: false,
      access: 'admin',
      hooks: [],
      keys: [],
    }))
  }

  repository(name: string): StoredRepository | undefined {
    return this.repositories.find((one) => one.name.toLowerCase() === name.toLowerCase())
  }

  newId(): number {
    return ++this.#lastId
  }

  newGuid(): string {
    return randomUUID()
  }

  /** A time in GitHub's format, which has whole seconds. */
  time(): string {
    return this.now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
  }
}
