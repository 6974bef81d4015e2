// Simulations as a JSON list on stdin; their results as a JSON list on stdout.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { text } from 'node:stream/consumers'

const results = []
for (const simulation of JSON.parse(await text(process.stdin))) {
  const response = await runSimulation(simulation, {})
  // It leaves out the keys of a context that it does not know, and would refuse, or let through, without them.
  const isWhole = response.resultType === 'single' && !response.result.ignoredContextKeys?.length
  results.push(isWhole ? response.overallResult : JSON.stringify(response))
}
console.log(JSON.stringify(results))
