// Of each line of stdin, which is a JSON list of simulations, their results as a JSON list on a line of stdout.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { createInterface } from 'node:readline'

for await (const line of createInterface({ input: process.stdin })) {
  const results = []
  for (const simulation of JSON.parse(line)) {
    const response = await runSimulation(simulation, {})
    // It leaves out the keys of a context that it does not know, and would refuse, or let through, without them.
    const isWhole = response.resultType === 'single' && !response.result.ignoredContextKeys?.length
    results.push(isWhole ? response.overallResult : JSON.stringify(response))
  }
  console.log(JSON.stringify(results))
}
