package dev.sluice.demo;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * KEDA's kinds as types of TypeScript, whose compiler refuses unknown fields. Nobody publishes a
 * model of them for Java.
 */
final class KedaTypes {
  private static final String VERSION = "keda.sh/v1alpha1";
  private static final Path SOURCES = Path.of("src", "test", "keda");
  private static final Path INSTALLED = Path.of("target", "keda");

  private KedaTypes() {}

  /** Returns whether they can be installed. CI sets SLUICE_NODE_TESTS=required. */
  static boolean areThere() throws IOException, InterruptedException {
    boolean there = run(Path.of("."), "sh", "-c", "command -v npm").exitCode() == 0;
    if (!there && "required".equals(System.getenv("SLUICE_NODE_TESTS"))) {
      throw new IllegalStateException("the check of KEDA's kinds needs npm");
    }
    if (!there) {
      System.out.println("left out: the check of KEDA's kinds, as npm is missing");
      return false;
    }
    Files.createDirectories(INSTALLED);
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.copy(
          SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Result installed =
        run(
            INSTALLED,
            "npm",
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error");
    if (installed.exitCode() != 0) {
      throw new IOException(installed.words());
    }
    return true;
  }

  /** Returns whether a document is of one of KEDA's kinds. */
  static boolean include(Map<String, Object> document) {
    return VERSION.equals(document.get("apiVersion"));
  }

  /**
   * Returns what the compiler has against each of these documents, in their order: nothing if it
   * fits its kind. One run of the compiler reads them all, as most of a run is to read the types.
   */
  static List<String> complaints(List<Map<String, Object>> documents)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "node",
                "node_modules/typescript/bin/tsc",
                "--noEmit",
                "--strict",
                "--module",
                "nodenext"));
    for (int i = 0; i < documents.size(); i++) {
      Map<String, Object> document = documents.get(i);
      String program =
          """
          import type {I%1$s} from '@kubernetes-models/keda/%2$s/%1$s';
          export const manifest: I%1$s = %3$s;
          """
              .formatted(
                  document.get("kind"),
                  VERSION,
                  new String(Json.write(document), StandardCharsets.UTF_8));
      Files.writeString(INSTALLED.resolve(file(i)), program);
      command.add(file(i));
    }
    Result result = run(INSTALLED, command.toArray(String[]::new));
    if ((result.exitCode() == 0) != result.words().isEmpty()) {
      throw new IOException(result.words());
    }
    return IntStream.range(0, documents.size())
        .mapToObj(i -> about(file(i), result.words()))
        .toList();
  }

  private static String file(int number) {
    return "manifest-" + number + ".ts";
  }

  private static String about(String file, String words) {
    return words.lines().filter(line -> line.startsWith(file)).collect(Collectors.joining("\n"));
  }

  private record Result(int exitCode, String words) {}

  private static Result run(Path folder, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), words);
  }
}
