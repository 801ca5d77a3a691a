/** The content of the .proto files, independent of the parser. `compile.ts` generates all files from it. */
export interface SchemaModel {
  /** By full name, in file order; a nested message follows the one it is declared in. */
  readonly messages: ReadonlyMap<string, MessageModel>
  /** By full name, in file order. */
  readonly enums: ReadonlyMap<string, EnumModel>
}

export interface MessageModel {
  /** Full name: file package, dot, message (`Trd_PlaceOrder.C2S`). */
  readonly name: string
  /** In number order. */
  readonly fields: readonly FieldModel[]
  readonly comment: string | null
}

export interface FieldModel {
  readonly name: string
  readonly number: number
  readonly rule: 'optional' | 'required' | 'repeated'
  /** A scalar, or the full name of a message. An enum is an int32 here. */
  readonly type: string
  /** Full name of the enum whose numbers the field takes. */
  readonly enumName: string | null
  /** The comment without its machine-readable part. */
  readonly comment: string | null
}

export interface EnumModel {
  readonly name: string
  /** Number by the name in the .proto file. */
  readonly values: ReadonlyMap<string, number>
  readonly comment: string | null
  readonly valueComments: ReadonlyMap<string, string>
}

/** A call or push and the messages of its bodies. */
export interface ProtocolModel {
  readonly id: number
  readonly name: string
  /** Null for a push. */
  readonly request: string | null
  readonly response: string
}
