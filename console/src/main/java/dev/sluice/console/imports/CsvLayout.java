package dev.sluice.console.imports;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.MessageTemplate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The separator of a file's cells: the one in a first line like Excel's {@code sep=;}, else the one
 * of {@code ,} {@code ;} tab and {@code |} by which the first line names a phone column, or yields
 * the most columns.
 *
 * @param named whether the first line states the separator, and nothing else
 */
record CsvLayout(char separator, boolean named) {
  private static final String SEPARATORS = ",;\t|";
  private static final Pattern NAMED = Pattern.compile("(?i)^\"?sep=(.)\"?\\R");

  /** Characters that texts do not consist of and that neither quote texts nor start a comment. */
  private static final Pattern SEPARATOR = Pattern.compile("[\\t\\p{Punct}&&[^\"#]]");

  private static final Pattern LINE = Pattern.compile("starting at line (\\d+)");

  /** How much of the file's beginning is examined, and how long a cell may be, in characters. */
  private static final int BEGINNING = 64 * 1024;

  private static final int LONGEST_CELL = 1024 * 1024;

  /** Cells of a row: as many as the widest spreadsheets have columns. */
  private static final int MOST_CELLS = 16 * 1024;

  /** Characters of a row; every import holds two rows in memory. */
  private static final int LONGEST_ROW = LONGEST_CELL;

  /** Examines a file's beginning, and resets the reader to it. */
  static CsvLayout of(BufferedReader file, Optional<String> phoneColumn) throws IOException {
    String beginning = beginning(file);
    Matcher named = NAMED.matcher(beginning);
    if (named.find()) {
      return new CsvLayout(separator(named.group(1)), true);
    }
    // The first of those that are equally good.
    return SEPARATORS
        .chars()
        .mapToObj(separator -> Candidate.of((char) separator, beginning, phoneColumn))
        .reduce((best, other) -> Candidate.BY_LIKELIHOOD.compare(other, best) > 0 ? other : best)
        .map(best -> new CsvLayout(best.separator(), false))
        .orElseThrow();
  }

  private static char separator(String named) {
    if (!SEPARATOR.matcher(named).matches()) {
      throw ProblemException.badRequest(
          "Line 1 says sep="
              + named
              + ", which cannot lie between cells. Let it say , ; | or a tab, or leave it out.");
    }
    return named.charAt(0);
  }

  private static String beginning(BufferedReader file) throws IOException {
    file.mark(BEGINNING + 1);
    char[] beginning = new char[BEGINNING];
    int length = 0;
    while (length < BEGINNING) {
      int read = file.read(beginning, length, BEGINNING - length);
      if (read < 0) {
        break;
      }
      length += read;
    }
    file.reset();
    return new String(beginning, 0, length);
  }

  private record Candidate(char separator, boolean namesPhone, int columns) {
    static final Comparator<Candidate> BY_LIKELIHOOD =
        Comparator.comparing(Candidate::namesPhone).thenComparingInt(Candidate::columns);

    static Candidate of(char separator, String beginning, Optional<String> phoneColumn) {
      List<String> columns = firstRecord(separator, beginning);
      // If the chosen column is missing, the usual names still tell what the columns are.
      boolean namesPhone =
          Stream.of(phoneColumn, Optional.<String>empty())
              .anyMatch(name -> !(PhoneColumn.in(columns, name) instanceof PhoneColumn.None));
      return new Candidate(separator, namesPhone, columns.size());
    }

    private static List<String> firstRecord(char separator, String beginning) {
      try (CloseableIterator<CsvRecord> records = records(separator, new StringReader(beginning))) {
        return Stream.of(records.next())
            .flatMap(record -> record.getFields().stream())
            .map(MessageTemplate::name)
            .toList();
      } catch (CsvParseException | NoSuchElementException e) {
        return List.of();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Returns the rows of a text with this separator, each within bounds. */
  static CloseableIterator<CsvRecord> records(char separator, Reader text) {
    CsvRecordHandler bounded =
        CsvRecordHandler.builder()
            .maxFields(MOST_CELLS)
            .maxFieldSize(LONGEST_ROW)
            .maxRecordSize(LONGEST_ROW)
            .build();
    return CsvReader.builder()
        .fieldSeparator(separator)
        .allowUnclosedQuote(false)
        .maxBufferSize(LONGEST_CELL)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .build(bounded, text)
        .iterator();
  }

  /** Returns the problem for what the parser could not read, in words, with its line. */
  static ProblemException problem(CsvParseException e) {
    if (e.getCause() instanceof ProblemException problem) {
      return problem;
    }
    String words = String.valueOf(e.getMessage());
    Matcher line = LINE.matcher(words);
    String what =
        words.contains("after closing quote")
            ? "a text in quotation marks goes on after its closing one. Write a quotation mark"
                + " inside a text twice"
            : words.contains("Unclosed") || words.contains("buffer size")
                ? "a quotation mark opens a text that is not closed"
                : words.contains("maximum limit of") && words.contains("fields")
                    ? "there are more than " + MOST_CELLS + " cells"
                    : words.contains("exceeds the max ")
                        ? "the cells have more than " + LONGEST_ROW + " characters together"
                        : "it is not CSV";
    return ProblemException.badRequest(
        (line.find() ? "In the row that begins in line " + line.group(1) + ", " : "") + what + ".");
  }
}
