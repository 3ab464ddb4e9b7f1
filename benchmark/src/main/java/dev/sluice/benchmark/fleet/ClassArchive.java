package dev.sluice.benchmark.fleet;

import static org.awaitility.Awaitility.await;

import dev.sluice.local.TemporaryFolder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The roles' classes as a JVM needs them, from a short run of a role without servers: with them a
 * role takes half the CPU time to start. An archive is of JAR files only.
 */
public final class ClassArchive {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String JARS = joined(entries(true));

  /** The class path with JAR files first: an archive is of the beginning of a class path. */
  public static final String CLASS_PATH = joined(Stream.concat(entries(true), entries(false)));

  private ClassArchive() {}

  /** Returns the options with which a JVM on {@link #CLASS_PATH} uses the archive, if any. */
  public static List<String> options() {
    return Made.OPTIONS;
  }

  /** Made when the first role starts, and deleted with this JVM. */
  private static final class Made {
    private static final List<String> OPTIONS = rolesAreInJars() ? make() : List.of();
  }

  private static Stream<String> entries(boolean files) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> Files.isRegularFile(Path.of(entry)) == files);
  }

  private static String joined(Stream<String> entries) {
    return entries.collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean rolesAreInJars() {
    return ClassLoader.getSystemResource("dev/sluice/cli/Sluice.class").getProtocol().equals("jar");
  }

  private static List<String> make() {
    TemporaryFolder folder = new TemporaryFolder("classes");
    Runtime.getRuntime().addShutdownHook(new Thread(folder::close, "delete-classes"));
    Path archive = folder.path().resolve("roles.jsa");
    Path log = folder.path().resolve("log");
    try {
      train(archive, log);
      if (!Files.exists(archive)) {
        // Some JDKs cannot make one: they come without an archive of their own classes.
        System.err.println("no archive of classes: " + Files.readString(log));
        return List.of();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make an archive of classes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    // It complains that --enable-native-access costs a little of what it gains.
    return List.of("-Xlog:cds=off", "-XX:SharedArchiveFile=" + archive);
  }

  private static void train(Path archive, Path log) throws IOException, InterruptedException {
    ProcessBuilder console =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // With 32 GiB, the default of large machines, it would not fit the roles.
                "-Xmx192m",
                "-XX:ArchiveClassesAtExit=" + archive,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                JARS,
                "dev.sluice.cli.Sluice",
                "console",
                "--http-port",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    console
        .environment()
        .putAll(
            Map.of(
                "SLUICE_KAFKA_BOOTSTRAP_SERVERS", "localhost:1",
                "SLUICE_DATABASE_URL", "jdbc:postgresql://localhost:1/sluice",
                "SLUICE_LOG_LEVEL", "INFO"));
    Process process = console.start();
    try {
      await()
          .atMost(PATIENCE)
          .until(() -> !process.isAlive() || Files.readString(log).contains("console is up"));
      process.destroy();
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
    }
  }
}
