package dev.sluice.benchmark;

import dev.sluice.benchmark.scenario.Machine;
import dev.sluice.benchmark.scenario.Report;
import dev.sluice.benchmark.scenario.Scenario;
import dev.sluice.schema.Json;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs one comparison and prints everything needed to repeat it. It fails if something expected of
 * it is missed.
 */
@Command(
    name = "run",
    description =
        "Measures Sluice beside the bare minimum for the same work, or beside what is expected of"
            + " it, in one run on this machine.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description = "One of those that 'list' names.")
  private String name = "";

  @Option(
      names = "--size",
      paramLabel = "N",
      description =
          "Messages, results, rows or seconds of a measurement (each has its own default).")
  private @Nullable Integer size;

  @Option(names = "--json", description = "Print one line of JSON at the end.")
  private boolean json;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  RunCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Scenario scenario = Scenario.named(name).orElseThrow(this::unknown);
    int used = size == null ? scenario.usualSize() : size;
    Report report = scenario.run(used);
    String command = "sluice benchmark run " + name + " --size " + used;
    Map<String, String> machine = Machine.facts();
    out.println(command);
    machine.forEach((fact, value) -> out.println("  " + fact + ": " + value));
    report.print(out);
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("command", command);
      all.put("machine", machine);
      all.put("rows", report.asJson());
      all.put("missed", report.missed());
      out.println(Json.MAPPER.writeValueAsString(all));
    }
    out.flush();
    return report.missed().isEmpty() ? 0 : 1;
  }

  private ParameterException unknown() {
    String known = Scenario.ALL.stream().map(Scenario::name).collect(Collectors.joining(", "));
    return new ParameterException(
        spec.commandLine(), "there is no benchmark '" + name + "', only " + known);
  }

  private static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Scenario.ALL.stream().map(Scenario::name).iterator();
    }
  }
}
