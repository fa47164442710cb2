import type { z } from 'zod'
import { address } from './address.js'
import type { AnyBackend } from './backend.js'
import type { Plan } from './change.js'
import { Later, type Resolved } from './later.js'
import { checked, checkedArguments, invalidOption, type Shape } from './options.js'
import { isPlain } from './plain-object.js'
import type {
  CommonOptions,
  Facts,
  Joining,
  PlanContext,
  Reads,
  Resource,
  ResourceKind,
  Trigger,
} from './resource.js'
import type { Brings } from './thing.js'

/** The facts that a resource reads, and what follows from them. */
export interface Desired<R extends Reads, V extends object, E extends object> {
  readonly reads: R
  /** Options that may hold a `Later` at any depth. `plan` gets them resolved. */
  readonly values?: V
  readonly triggers?: readonly Trigger[]
  /**
   * Backends that its actions may need. What they need themselves, such as a token, is checked
   * before anything connects. Those that its facts are read from need not be listed.
   */
  readonly uses?: readonly AnyBackend[]
  /** A check: it changes nothing, and `apply` waits up to `within` seconds for it to hold. */
  readonly check?: { readonly within: number }
  /**
   * Neighbouring resources of a task with the same `joins` are changed in one round trip, if each
   * of their changes has `proves` or `settles`. The changes of a later resource must not depend on
   * those of an earlier one. Default: it is changed alone.
   */
  readonly joins?: Joining
  /**
   * What its changes can bring to later resources, also while it is not known what they are; its own
   * thing is the first. Default:
   * anything, so that a later resource that lacks something is *known after apply*.
   */
  readonly brings?: Brings
  /** What it offers to other resources, such as a `Later` of a key: properties of the resource. */
  readonly offers?: E
  /** Pure: the changes that lead from the facts to the desired state. */
  readonly plan: (facts: Facts<R>, values: Resolved<V>, context: PlanContext) => Plan
}

/** The same for the engine, to which facts and values are unknown data. */
export interface Built<E extends object>
  extends Omit<Desired<Reads, object, E>, 'plan'>,
    Pick<Resource, 'plan'> {}

/** Describes a desired state: `plan` knows the facts and values by the names in it. */
export const desired = <
  const R extends Reads,
  const V extends object = object,
  E extends object = object,
>(
  state: Desired<R, V, E>,
): Built<E> => ({ ...state, plan: state.plan as Resource['plan'] })

/** The positional arguments of a resource's function: their types, and a schema for each. */
export interface Arguments<A extends readonly unknown[]> {
  readonly schemas: readonly z.ZodType[]
  /** For types only. */
  readonly types?: A
}

/**
 * Declares the positional arguments. The labels of `A` are the names that users see:
 * `args<[path: string]>(absolutePath)`. What a schema transforms arrives transformed.
 */
export const args = <A extends readonly unknown[]>(
  ...schemas: { readonly [K in keyof A]: z.ZodType }
): Arguments<A> => ({ schemas: schemas })

/** A schema for each option of `O`. */
export interface Options<O extends CommonOptions<unknown>> {
  readonly schemas: Shape<O>
  /** For types only. */
  readonly types?: O
}

/**
 * Declares the options of a resource, besides those that every resource takes: one that the schemas
 * lack, or that `O` does not have, does not compile.
 */
export const options = <O extends CommonOptions<unknown>>(schemas: Shape<O>): Options<O> => ({
  schemas,
})

/** The one definition of a kind of resource: its function, reference and laws are made from it. */
export interface Definition<
  A extends readonly unknown[],
  O extends CommonOptions<unknown>,
  E extends object,
> extends ResourceKind {
  /** The chapter of the reference that describes it. */
  readonly chapter: string
  /**
   * What Ansible has for it, in Markdown. Who uses the name of a module with which it begins, as in
   * `` `apt`, `package` ``, is told to use this resource. Left out: nothing.
   */
  readonly ansible?: string
  /** Default: none. */
  readonly arguments?: Arguments<A>
  readonly options: Options<O>
  /**
   * Options that count only while the thing is made, or cannot be read back: an existing thing is
   * not compared with them. Default: none.
   */
  readonly writeOnly?: readonly (keyof O & string)[]
  /**
   * What tells it from others of its kind on one host; '' where there is one on each host. Default:
   * its first argument, of a list its members with a space between two, or, without arguments, ''.
   */
  identity?(...given: [...A, options: O]): string
  /**
   * What is wrong with options of which each is valid by itself, as the end of a sentence;
   * `undefined` where nothing is.
   */
  conflict?(...given: [...A, options: O]): string | undefined
  /** Called with valid arguments and options, for each host, before anything connects. */
  build(...given: [...A, options: O]): Built<E>
}

/** A definition whose types are not known. */
export interface AnyDefinition
  extends Omit<Definition<readonly unknown[], CommonOptions<unknown>, object>, 'writeOnly'> {
  readonly writeOnly?: readonly string[]
}

/** The arguments of a resource's function. Options that are all optional may be left out. */
export type Given<A extends readonly unknown[], O> =
  Partial<O> extends O ? readonly [...A, options?: O] : readonly [...A, options: O]

/** The function that users call, and the definition that made it. */
export type ResourceFunction<
  A extends readonly unknown[],
  O extends CommonOptions<unknown>,
  E extends object,
> = ((...given: Given<A, O>) => Resource & E) & { readonly definition: Definition<A, O, E> }

/**
 * Makes the function of a kind of resource from its definition. It checks what it is given, also
 * from plain JavaScript.
 */
export function resource<
  A extends readonly unknown[],
  O extends CommonOptions<unknown>,
  E extends object = object,
>(definition: Definition<A, O, E>): ResourceFunction<A, O, E> {
  const { type } = definition
  const schemas = definition.arguments?.schemas ?? []
  const make = (...given: readonly unknown[]): Resource & E => {
    // `args` ties the schemas to the members of A.
    const taken = checkedArguments(type, given, schemas) as A
    const options = (given[schemas.length] ?? {}) as O
    checked(type, idOf(taken), options, definition.options.schemas)
    const id = definition.identity?.(...taken, options) ?? idOf(taken)
    const wrong = definition.conflict?.(...taken, options)
    if (wrong !== undefined) throw invalidOption(address(type, id), wrong)
    const built = definition.build(...taken, options)
    return resourceOf(definition, id, { arguments: taken, options }, built)
  }
  // An error names the function that was put into a list of resources without being called.
  Object.defineProperty(make, 'name', { value: type })
  return Object.assign(make, { definition })
}

/** The definitions of the resources that a module exports, also in groups such as `apt`. */
export const definitionsIn = (exports: object): readonly AnyDefinition[] =>
  Object.values(exports)
    .flatMap((value: unknown) => (isPlain(value) ? Object.values(value) : [value]))
    .filter(isResourceFunction)
    .map(({ definition }) => definition)

const isResourceFunction = (value: unknown): value is { readonly definition: AnyDefinition } =>
  typeof value === 'function' && 'definition' in value

const idOf = ([first = '']: readonly unknown[]): string =>
  Array.isArray(first) ? first.join(' ') : String(first)

/** One resource, from what it was given and the desired state that follows. */
export function resourceOf<E extends object>(
  kind: ResourceKind,
  id: string,
  given: { readonly arguments: readonly unknown[]; readonly options: CommonOptions<unknown> },
  { reads, values = {}, triggers = [], uses = [], check, joins, brings, offers, plan }: Built<E>,
): Resource & E {
  const made: Resource = {
    kind,
    address: address(kind.type, id),
    type: kind.type,
    id,
    common: given.options,
    onlyIf: given.options.onlyIf instanceof Later ? given.options.onlyIf : null,
    arguments: given.arguments,
    options: given.options,
    reads,
    values,
    resolved: Later.all<unknown>(values),
    triggers,
    uses,
    check: check ?? null,
    joins: joins ?? null,
    brings: brings ?? 'anything',
    plan,
    origin: new Error('made here'),
  }
  return Object.assign(made, offers as E)
}
