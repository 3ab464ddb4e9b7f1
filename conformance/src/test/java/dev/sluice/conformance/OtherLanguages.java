package dev.sluice.conformance;

import java.io.IOException;

/** What the examples in other languages need. CI sets SLUICE_UPSTREAM_TESTS=required. */
final class OtherLanguages {
  /** Debian's, which has its packages; another one may come first on the path. */
  static final String PYTHON = "/usr/bin/python3";

  private OtherLanguages() {}

  /** Returns whether Node.js and npm are installed. */
  static boolean haveNode() throws IOException, InterruptedException {
    return isThere("the Node example, as it needs node and npm", "npm", "--version");
  }

  /** Returns whether Python and the libraries of its example are installed. */
  static boolean havePython() throws IOException, InterruptedException {
    return isThere(
        "the Python example, as it needs python3-psycopg and python3-confluent-kafka",
        PYTHON,
        "-c",
        "import confluent_kafka, psycopg");
  }

  private static boolean isThere(String example, String... command)
      throws IOException, InterruptedException {
    if (works(command)) {
      return true;
    }
    if ("required".equals(System.getenv("SLUICE_UPSTREAM_TESTS"))) {
      throw new IllegalStateException("cannot run " + example);
    }
    System.out.println("left out: " + example);
    return false;
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
