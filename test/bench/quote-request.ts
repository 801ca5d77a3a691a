/** Reads one quote, subscribing it on the way, and returns the answer: how long it is, and that it is one. */
export async function firstQuote(port: number, key: string, code: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/quote`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify({ security_list: [{ market: 1, code }], sub_type_list: [1] }),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`the first quote got ${response.status}: ${answer}`)
  return answer
}
