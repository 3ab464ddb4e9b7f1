package dev.sluice.demo;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

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

  /** Returns what the compiler has against a document; nothing if it fits its kind. */
  static String complaints(Map<String, Object> document) throws IOException, InterruptedException {
    String program =
        """
        import type {I%1$s} from '@kubernetes-models/keda/%2$s/%1$s';
        export const manifest: I%1$s = %3$s;
        """
            .formatted(
                document.get("kind"),
                VERSION,
                new String(Json.write(document), StandardCharsets.UTF_8));
    Files.writeString(INSTALLED.resolve("manifest.ts"), program);
    return run(
            INSTALLED,
            "node",
            "node_modules/typescript/bin/tsc",
            "--noEmit",
            "--strict",
            "--module",
            "nodenext",
            "manifest.ts")
        .words();
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
