package dev.sluice.console;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Recipients from CSV (RFC 4180, UTF-8 with or without a byte order mark): a column {@code phone}
 * and one for each variable of the template.
 */
final class CsvRows implements Iterator<RecipientImport.Row> {
  private static final String PHONE = "phone";

  private final CloseableIterator<CsvRecord> records;
  private final List<String> header;
  private final int phoneColumn;

  CsvRows(InputStream csv) {
    records =
        CsvReader.builder()
            .detectBomHeader(true)
            .skipEmptyLines(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(csv, StandardCharsets.UTF_8)
            .iterator();
    if (!hasNext()) {
      throw ProblemException.badRequest("The file is empty; its first line must name the columns.");
    }
    header = nextRecord().getFields().stream().map(String::strip).toList();
    phoneColumn =
        header.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList().indexOf(PHONE);
    if (phoneColumn < 0) {
      throw ProblemException.badRequest(
          "The first line must name the columns, one of them \"phone\"; it reads: "
              + String.join(", ", header));
    }
    if (new HashSet<>(header).size() < header.size()) {
      throw ProblemException.badRequest("Two columns have the same name: " + header);
    }
  }

  @Override
  public boolean hasNext() {
    try {
      return records.hasNext();
    } catch (CsvParseException e) {
      throw ProblemException.badRequest("The file is not CSV: " + e.getMessage());
    }
  }

  @Override
  public RecipientImport.Row next() {
    CsvRecord row = nextRecord();
    long line = row.getStartingLineNumber();
    if (row.getFieldCount() != header.size()) {
      return RecipientImport.Row.unusable(
          line, row.getFieldCount() + " columns where the first line has " + header.size());
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      if (i != phoneColumn) {
        variables.put(header.get(i), row.getField(i));
      }
    }
    return RecipientImport.Row.of(line, row.getField(phoneColumn).strip(), variables);
  }

  private CsvRecord nextRecord() {
    try {
      return records.next();
    } catch (CsvParseException e) {
      throw ProblemException.badRequest("The file is not CSV: " + e.getMessage());
    }
  }
}
