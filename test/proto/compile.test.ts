import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProtocolRow } from '../../src/wire/schema-row.ts'
import { compile, readSources, staleOutputs } from '../../proto/compile.ts'

function fileOf(packageName: string, body: string): [string, string] {
  return [`${packageName}.proto`, `syntax = "proto2";\npackage ${packageName};\n${body}\n`]
}

function compileOne(body: string): ReturnType<typeof compile> {
  return compile(new Map([fileOf('A', body)]), {}, [])
}

function compileText(text: string): readonly string[] {
  return problemsOf(compile(new Map([['A.proto', text]]), {}, []))
}

function problemsOf(compiled: ReturnType<typeof compile>): readonly string[] {
  return compiled.ok ? [] : compiled.problems
}

test('the committed schema.json, messages.ts and enums.ts equal the compiled .proto files', () => {
  const { files, protocolIds, apiCalls } = readSources()
  const compiled = compile(files, protocolIds, apiCalls)
  assert.ok(compiled.ok, problemsOf(compiled).join('\n'))
  assert.deepEqual(staleOutputs(compiled.outputs), [], 'run `npm run proto` and commit the result')
})

test('an output that differs from the committed file by one byte is named', () => {
  const { files, protocolIds, apiCalls } = readSources()
  const compiled = compile(files, protocolIds, apiCalls)
  assert.ok(compiled.ok)
  const edited = new Map(compiled.outputs).set('enums.ts', `${compiled.outputs.get('enums.ts')} `)
  assert.deepEqual(staleOutputs(edited), ['enums.ts'])
  assert.deepEqual(staleOutputs(new Map([['not-written.ts', '']])), ['not-written.ts'])
})

const IN_MESSAGE: readonly (readonly [field: string, problem: string])[] = [
  ['map<string, int32> m = 1;', 'A.proto: A.M.m: a map is not supported'],
  ['optional group Part = 1 { optional int32 x = 1; }', 'A.proto: A.M.Part: a group is not supported'],
  ['extensions 100 to 199;', 'A.proto: A.M: an extension range is not supported'],
  ['oneof either { int32 x = 1; int32 y = 2; }', 'A.proto: A.M.either: a oneof is not supported'],
  ['repeated int32 x = 1 [packed = true];', 'A.proto: A.M.x: option packed is not supported'],
  ['repeated int32 x = 1 [packed = false];', 'A.proto: A.M.x: option packed is not supported'],
  ['optional int32 x = 1 [json_name = "y"];', 'A.proto: A.M.x: option json_name is not supported'],
  ['optional sint32 x = 1;', 'A.proto: A.M.x: type sint32 is not supported'],
  ['optional sint64 x = 1;', 'A.proto: A.M.x: type sint64 is not supported'],
  ['optional fixed32 x = 1;', 'A.proto: A.M.x: type fixed32 is not supported'],
  ['optional fixed64 x = 1;', 'A.proto: A.M.x: type fixed64 is not supported'],
  ['optional sfixed32 x = 1;', 'A.proto: A.M.x: type sfixed32 is not supported'],
  ['optional sfixed64 x = 1;', 'A.proto: A.M.x: type sfixed64 is not supported'],
  [
    'optional int32 x = 1 [default = 5];',
    'A.proto: A.M.x: a default is not supported, except -400 on a required retType',
  ],
  [
    'optional int32 retType = 1 [default = -400];',
    'A.proto: A.M.retType: a default is not supported, except -400 on a required retType',
  ],
  [
    'required int32 retType = 1 [default = 0];',
    'A.proto: A.M.retType: a default is not supported, except -400 on a required retType',
  ],
  ['optional Missing x = 1;', 'A.proto: A.M.x: type Missing is not in the schema'],
  ['optional M x = 1;', "A.proto: A.M.x: A.M contains itself, so the decoder's depth is unbounded"],
  ['optional int32 x = 1; optional int32 y = 1;', 'A.proto: duplicate id 1 in Type M'],
  ['optional int32 x = 1; optional int32 x = 2;', "A.proto: duplicate name 'x' in Type M"],
  [
    'optional int32 accID = 1; optional int32 accId = 2;',
    'A.proto: A.M.accId: JSON name acc_id is also the JSON name of accID',
  ],
  [
    'optional int32 acc_id = 1; optional int32 accID = 2;',
    'A.proto: A.M.accID: JSON name acc_id is also the JSON name of acc_id',
  ],
  ['optional int32 x = 0;', 'A.proto: A.M.x: field number 0 is not in 1..511'],
  ['optional int32 x = 512;', 'A.proto: A.M.x: field number 512 is not in 1..511'],
  ['optional int32 _x = 1;', 'A.proto: A.M._x: a field name starts with a letter'],
  ['optional int32 __proto__ = 1;', 'A.proto: __proto__ cannot be a name'],
  ['optional int32 x = 1; // enum Gone.Side', 'A.proto: A.M.x: enum Gone.Side is not in the schema'],
  ['optional string x = 1; // enum A.Side', 'A.proto: A.M.x: only an int32 field has an enum comment'],
  [
    'optional int32 x = 1; // enum A.Side buy or sell',
    'A.proto: A.M.x: an enum comment reads "enum Package.Name" or "enum Package.Name; text"',
  ],
]

for (const [field, problem] of IN_MESSAGE) {
  test(`refused: ${field}`, () => {
    const compiled = compileOne(`enum Side { Buy = 1; }\nmessage M {\n  ${field}\n}`)
    assert.deepEqual(problemsOf(compiled), [problem])
  })
}

test('refused: services, extensions, indirect recursion', () => {
  const service = compileOne('message M {}\nservice S { rpc Get (M) returns (M); }')
  assert.deepEqual(problemsOf(service), ['A.proto: A.S: a service is not supported'])
  const extension = compileOne('message M {}\nextend M { optional int32 x = 100; }')
  assert.deepEqual(problemsOf(extension), ['A.proto: A.x: an extension is not supported'])
  const recursion = compileOne('message M { optional N n = 1; }\nmessage N { repeated M m = 1; }')
  assert.deepEqual(problemsOf(recursion), ["A.proto: A.N.m: A.M contains itself, so the decoder's depth is unbounded"])
})

test('refused: proto3, an edition, no syntax line, broken text, another package, a missing import', () => {
  const proto2Only = ['A.proto: only syntax = "proto2" is supported']
  assert.deepEqual(compileText('syntax = "proto3";\npackage A;\nmessage M { int32 x = 1; }'), proto2Only)
  assert.deepEqual(compileText('edition = "2023";\npackage A;\nmessage M { int32 x = 1; }'), proto2Only)
  assert.deepEqual(compileText('package A;\nmessage M { optional int32 x = 1; }'), proto2Only)
  assert.deepEqual(compileText('syntax = "proto2";\npackage A;\nmessage {'), [
    "A.proto: illegal type name '{' (line 3)",
  ])
  assert.deepEqual(compileText('syntax = "proto2";\npackage B;\n'), [
    'A.proto: package must be A, like the file, not B',
  ])
  assert.deepEqual(compileText('syntax = "proto2";\npackage A;\nimport "B.proto";\n'), [
    'A.proto: import "B.proto" is not in this folder',
  ])
})

test('a type of another file needs its import', () => {
  const other = fileOf('B', 'message M { optional int32 x = 1; }')
  const user = (head: string) => new Map([fileOf('A', `${head}message M { optional B.M m = 1; }`), other])
  assert.deepEqual(problemsOf(compile(user(''), {}, [])), ['A.proto: A.M.m: type B.M needs import "B.proto"'])
  assert.ok(compile(user('import "B.proto";\n'), {}, []).ok)
})

test('every response has a protocol id and every id a response', () => {
  const response = 'message Response { required int32 retType = 1 [default = -400]; }'
  const files = new Map([fileOf('A', response)])
  assert.deepEqual(problemsOf(compile(files, {}, [])), ['protocol-ids.json: no id for A.Response'])
  assert.deepEqual(problemsOf(compile(files, { '7': 'A', '8': 'B' }, [])), [
    'protocol-ids.json: 8 B: no response message of that name',
  ])
})

test('what a small schema compiles to', () => {
  const files = new Map([
    fileOf(
      'Trd_X',
      [
        'enum Side { Side_Buy = 1; Side_1Min = 2; } // ignored',
        'message C2S {',
        '  repeated uint64 idList = 2; // the accounts',
        '  required Side side = 1;',
        '  optional int32 other = 3; // enum Trd_X.Side; the other side',
        '}',
        'message Request { required C2S c2s = 1; }',
        'message Response { required int32 retType = 1 [default = -400]; }',
      ].join('\n'),
    ),
  ])
  const compiled = compile(files, { '2999': 'Trd_X' }, ['Trd_X'])
  assert.ok(compiled.ok, problemsOf(compiled).join('\n'))
  const schema = JSON.parse(compiled.outputs.get('schema.json') ?? '')
  assert.equal(schema.messages['Trd_X.C2S'], 'side!int32 Trd_X.Side,idList*uint64,other?int32 Trd_X.Side')
  assert.deepEqual(schema.enums, { 'Trd_X.Side': 'Side_ Buy=1,1Min' })
  assert.deepEqual(schema.protocols, { '2999': 'Trd_X' })
  const types = compiled.outputs.get('messages.ts') ?? ''
  assert.match(types, /\/\*\* the other side; Trd_X\.Side \*\/\n {4}readonly other\?: number \| undefined/)
  assert.match(types, /readonly idList\?: readonly bigint\[\] \| undefined/)
  assert.match(types, /readonly side: number\n/)
  assert.match(types, /export type ProtocolName =\n {2}\| 'Trd_X'/)
  assert.match(
    compiled.outputs.get('enums.ts') ?? '',
    /export const Side = \{\n {2}Buy: 1,\n {2}_1Min: 2,\n\} as const/,
  )
})

test('the API part contains the messages of its calls, and both parts together are complete', () => {
  const { files, protocolIds, apiCalls } = readSources()
  const compiled = compile(files, protocolIds, apiCalls)
  assert.ok(compiled.ok)
  const parts = ['schema.json', 'schema-rest.json'].map((name) => JSON.parse(compiled.outputs.get(name) ?? ''))
  const [api, rest] = parts.map(({ messages }) => Object.keys(messages))
  assert.ok(api !== undefined && rest !== undefined)
  assert.equal(new Set([...api, ...rest]).size, api.length + rest.length)
  // A usual Request or Response is only implied by its call.
  const calls = parts.flatMap(({ protocols }) => Object.values<string>(protocols).map(readProtocolRow))
  const bodies = calls.flatMap(({ request, response }) => (request === null ? [response] : [request, response]))
  assert.equal(new Set([...api, ...rest, ...bodies]).size, 986)
  assert.ok(api.includes('Qot_Common.Security'), 'a message that an API message holds')
  assert.ok(rest.includes('Qot_RequestIndicatorCalc.C2S'))
})
