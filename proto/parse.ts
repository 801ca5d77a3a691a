import protobuf from 'protobufjs'
import { checkSchema } from './check.ts'
import type { EnumModel, FieldModel, MessageModel, SchemaModel } from './model.ts'

/** The text of each .proto file by its file name (`Trd_PlaceOrder.proto`). */
export type ProtoFiles = ReadonlyMap<string, string>

/** The parsed schema, or everything in the files that the codec does not support, each with its file and field. */
export type ParsedSchema =
  | { readonly ok: true; readonly schema: SchemaModel }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Scalar types that the codec supports. OpenD does not use the sint and fixed types. */
const SCALARS = new Set(['int32', 'uint32', 'int64', 'uint64', 'double', 'float', 'bool', 'string', 'bytes'])

/** The codec has an array indexed by field number, so one very high number costs memory in every message. */
const MAX_FIELD_NUMBER = 511

/** The form of OpenD's field names, whose snake case is a plain JSON name. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]*$/

/** protobufjs silently drops a field or message with this name, which cannot be a key of a plain object. */
const DROPPED_NAME = '__proto__'

/** `enum Trd_Common.TrdSide; free text`: the enum whose numbers an int32 field takes, before any text. */
const ENUM_COMMENT = /^enum ([\w.]+)(?:; (.+))?$/s

/** The one default in OpenD's schema. It is on a required field, so decoders never use it. */
const ALLOWED_DEFAULT = { field: 'retType', value: -400 }

/** Reads the files into one schema. Does not throw on invalid files: it returns each error as a problem. */
export function parseProtoFiles(files: ProtoFiles): ParsedSchema {
  const reading = new SchemaReading()
  for (const [fileName, source] of files) reading.addFile(fileName, source)
  return reading.finish()
}

/** A parsed file: its place in the tree and the files whose names it may use. */
interface ProtoFile {
  readonly fileName: string
  readonly namespace: protobuf.Namespace
  readonly imports: ReadonlySet<string>
}

class SchemaReading {
  readonly #root = new protobuf.Root()
  readonly #files: ProtoFile[] = []
  readonly #problems: string[] = []
  readonly #messages = new Map<string, MessageModel>()
  readonly #enums = new Map<string, EnumModel>()

  addFile(fileName: string, source: string): void {
    if (source.includes(DROPPED_NAME)) this.#problems.push(`${fileName}: ${DROPPED_NAME} cannot be a name`)
    const packageName = fileName.replace(/\.proto$/, '')
    try {
      const options = { keepCase: true, alternateCommentMode: true, preferTrailingComment: true }
      const parsed = protobuf.parse(source, this.#root, options)
      if (parsed.package !== packageName) {
        this.#problems.push(`${fileName}: package must be ${packageName}, like the file, not ${parsed.package}`)
        return
      }
      const namespace = this.#root.lookup(packageName)
      if (!(namespace instanceof protobuf.Namespace)) return
      const imports = new Set([...(parsed.imports ?? []), ...(parsed.weakImports ?? [])])
      this.#files.push({ fileName, namespace, imports })
      if (!/^syntax = "proto2";$/m.test(source)) this.#problems.push(`${fileName}: only syntax = "proto2" is supported`)
    } catch (error) {
      this.#problems.push(`${fileName}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  finish(): ParsedSchema {
    const known = new Set(this.#files.map((file) => file.fileName))
    for (const file of this.#files) {
      for (const name of file.imports) {
        if (!known.has(name)) this.#problems.push(`${file.fileName}: import "${name}" is not in this folder`)
      }
      this.#readNamespace(file, file.namespace)
    }
    const schema = { messages: this.#messages, enums: this.#enums }
    const problems = [...this.#problems, ...checkSchema(schema)]
    return problems.length > 0 ? { ok: false, problems } : { ok: true, schema }
  }

  #readNamespace(file: ProtoFile, namespace: protobuf.NamespaceBase): void {
    for (const child of namespace.nestedArray) {
      const name = fullNameOf(child)
      if (child instanceof protobuf.Type) this.#readMessage(file, name, child)
      else if (child instanceof protobuf.Enum) this.#readEnum(name, child)
      else this.#refuse(file, name, child instanceof protobuf.Service ? 'a service' : 'an extension')
    }
  }

  #refuse(file: ProtoFile, name: string, what: string): void {
    this.#problems.push(`${file.fileName}: ${name}: ${what} is not supported`)
  }

  #readEnum(name: string, type: protobuf.Enum): void {
    const values = new Map(Object.entries(type.values))
    const comments = new Map<string, string>()
    for (const [key, comment] of Object.entries(type.comments)) if (comment) comments.set(key, comment)
    this.#enums.set(name, { name, values, comment: type.comment ?? null, valueComments: comments })
  }

  #readMessage(file: ProtoFile, name: string, type: protobuf.Type): void {
    if (type.toJSON().group) this.#refuse(file, name, 'a group')
    if (type.extensions) this.#refuse(file, name, 'an extension range')
    for (const oneof of type.oneofsArray) this.#refuse(file, `${name}.${oneof.name}`, 'a oneof')
    // An extension is reported where it is declared; protobufjs lists it here too.
    const own = type.fieldsArray.filter((field) => field.declaringField === null)
    const fields = own.map((field) => this.#readField(file, field)).filter((field) => field !== null)
    fields.sort((left, right) => left.number - right.number)
    this.#messages.set(name, { name, fields, comment: type.comment ?? null })
    this.#readNamespace(file, type)
  }

  #readField(file: ProtoFile, field: protobuf.Field): FieldModel | null {
    const name = fullNameOf(field)
    const problem = refusalOf(field)
    if (problem !== null) {
      this.#problems.push(`${file.fileName}: ${name}: ${problem}`)
      return null
    }
    const { comment, enumName } = splitComment(field.comment ?? null)
    const base = { name: field.name, number: field.id, rule: ruleOf(field), comment }
    if (SCALARS.has(field.type)) return { ...base, type: field.type, enumName }
    const target = this.#resolve(file, field)
    if (target === null) return null
    if (target instanceof protobuf.Enum) return { ...base, type: 'int32', enumName: fullNameOf(target) }
    return { ...base, type: fullNameOf(target), enumName: null }
  }

  #resolve(file: ProtoFile, field: protobuf.Field): protobuf.Type | protobuf.Enum | null {
    const target = field.parent?.lookup(field.type, [protobuf.Type, protobuf.Enum])
    const place = `${file.fileName}: ${fullNameOf(field)}`
    if (!(target instanceof protobuf.Type || target instanceof protobuf.Enum)) {
      this.#problems.push(`${place}: type ${field.type} is not in the schema`)
      return null
    }
    const [home] = fullNameOf(target).split('.')
    if (`${home}.proto` !== file.fileName && !file.imports.has(`${home}.proto`)) {
      this.#problems.push(`${place}: type ${field.type} needs import "${home}.proto"`)
      return null
    }
    return target
  }
}

/** Why the codec does not support a field, or null. */
function refusalOf(field: protobuf.Field): string | null {
  if (field.map) return 'a map is not supported'
  if (field.extend !== undefined) return 'an extension is not supported'
  if (field.id < 1 || field.id > MAX_FIELD_NUMBER) return `field number ${field.id} is not in 1..${MAX_FIELD_NUMBER}`
  if (!FIELD_NAME.test(field.name)) return 'a field name starts with a letter'
  for (const [option, value] of Object.entries(field.options ?? {})) {
    if (option !== 'default') return `option ${option} is not supported`
    const { field: name, value: allowed } = ALLOWED_DEFAULT
    if (field.rule !== 'required' || field.name !== name || value !== allowed) {
      return `a default is not supported, except ${allowed} on a required ${name}`
    }
  }
  if (field.type in protobuf.types.basic && !SCALARS.has(field.type)) return `type ${field.type} is not supported`
  if (!field.comment?.startsWith('enum ')) return null
  if (!ENUM_COMMENT.test(field.comment)) return 'an enum comment reads "enum Package.Name" or "enum Package.Name; text"'
  return field.type === 'int32' ? null : 'only an int32 field has an enum comment'
}

/** protobufjs returns the rule as written in the .proto file, and no rule for `optional`. */
function ruleOf(field: protobuf.Field): FieldModel['rule'] {
  return field.rule === 'required' || field.rule === 'repeated' ? field.rule : 'optional'
}

function splitComment(comment: string | null): Pick<FieldModel, 'comment' | 'enumName'> {
  const match = ENUM_COMMENT.exec(comment ?? '')
  return match === null ? { comment, enumName: null } : { comment: match[2] ?? null, enumName: match[1] ?? null }
}

/** protobufjs writes full names with a dot in front. */
function fullNameOf(object: protobuf.ReflectionObject): string {
  return object.fullName.replace(/^\./, '')
}
