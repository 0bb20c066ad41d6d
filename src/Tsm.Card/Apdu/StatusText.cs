namespace Tsm.Card.Apdu;

/// <summary>Words for status words: one table for what they are, one for what they mean to a command.</summary>
internal static class StatusText
{
    private const string SeeRegistry = "Read the card's registry with GET STATUS and compare it with what was expected.";
    private const string SeeTrace = "Look at the exact octets in the trace and at the card's documentation.";

    public static string Name(StatusWord status) => status.Value switch
    {
        0x9000 => "success",
        0x6200 => "no information given",
        0x6283 => "card locked",
        0x62F1 => "response data cut",
        0x6300 => "authentication failed",
        0x6310 => "more data available",
        0x6400 => "no precise diagnosis",
        0x6438 => "imported package missing",
        0x6581 => "memory failure",
        0x6700 => "wrong length",
        0x6881 => "logical channel not supported",
        0x6882 => "secure messaging not supported",
        0x6982 => "security status not satisfied",
        0x6983 => "authentication blocked",
        0x6985 => "conditions of use not satisfied",
        0x6999 => "application selection failed",
        0x6A80 => "incorrect data",
        0x6A81 => "function not supported",
        0x6A82 => "not found",
        0x6A83 => "record not found",
        0x6A84 => "not enough memory",
        0x6A86 => "incorrect P1 P2",
        0x6A88 => "referenced data not found",
        0x6A89 => "file exists already",
        0x6B00 => "wrong parameters",
        0x6D00 => "unknown instruction",
        0x6E00 => "unknown class",
        0x6F00 => "internal error",
        0x9240 => "memory problem",
        0x9300 => "toolkit busy",
        0x9404 => "file not found (2G)",
        0x9484 => "algorithm not supported",
        0x9485 => "invalid key check value",
        0x9804 => "access condition not met (2G)",
        _ => status.Sw1 switch
        {
            0x61 => "more response data",
            0x62 => "warning, memory unchanged",
            0x63 => (status.Sw2 & 0xF0) == 0xC0 ? "wrong code, tries left" : "warning, memory changed",
            0x64 => "execution error, memory unchanged",
            0x65 => "execution error, memory changed",
            0x6C => "wrong Le",
            0x6F => "internal error",
            0x91 => "success, proactive command waiting",
            0x92 when status.IsSuccess => "success after retries",
            0x9E => "data download error",
            0x9F => "response data waiting (2G)",
            _ => "unknown status",
        },
    };

    public static string Meaning(StatusWord status) => status.Value switch
    {
        0x9000 => "The command was carried out.",
        0x6200 => "The command was carried out; the card adds a remark without content.",
        0x6283 => "The selected card or file is locked.",
        0x62F1 => "The command was carried out, but its response was longer than the card could return; the rest is lost.",
        0x6300 => "The card does not accept the host's cryptogram.",
        0x6310 => "The answer is complete so far; more entries follow on request.",
        0x6400 => "The command failed and the card does not say why.",
        0x6438 => "The applet needs a package that is not on the card, or not in that version.",
        0x6581 => "Writing to the card's memory failed.",
        0x6700 => "The length of the command does not fit the command.",
        0x6881 => "The card has no such logical channel.",
        0x6882 => "The card expects no secure messaging here.",
        0x6982 => "The sender lacks the right, or the keys, for this command.",
        0x6983 => "The code or key is blocked after too many wrong tries.",
        0x6985 => "The card is in a state in which it does not carry out this command.",
        0x6999 => "The application refused to be selected.",
        0x6A80 => "Something in the command's data is wrong or not acceptable.",
        0x6A81 => "The card does not support this, or not in its present state.",
        0x6A82 => "There is no such application or file.",
        0x6A83 => "There is no such record.",
        0x6A84 => "There is not enough memory in the card or in the file.",
        0x6A86 => "P1 or P2 is wrong for this command.",
        0x6A88 => "What the command names does not exist on the card.",
        0x6A89 => "The file exists already.",
        0x6B00 => "P1 or P2 is outside the file or the command.",
        0x6D00 => "The addressed application does not know this instruction.",
        0x6E00 => "The addressed application does not know this class.",
        0x9240 => "The card's memory does not work as it should.",
        0x9300 => "The card is busy with a toolkit command; it takes this one later.",
        0x9404 => "There is no such file.",
        0x9484 => "The card does not support the algorithm of the key.",
        0x9485 => "The key check value does not belong to the key that arrived.",
        0x9804 => "A PIN or another access condition is not fulfilled.",
        _ => status.Sw1 switch
        {
            0x61 => $"The command was carried out; {Count(status)} octets of response wait for GET RESPONSE.",
            0x62 => "The command was carried out with a warning; memory is unchanged.",
            0x63 when (status.Sw2 & 0xF0) == 0xC0 => $"The code is wrong; {status.Sw2 & 0x0F} tries are left.",
            0x63 => "The command was carried out with a warning; memory may have changed.",
            0x64 => "The command failed; memory is unchanged.",
            0x65 => "The command failed; memory may have changed.",
            0x6C => $"Le is wrong; {Count(status)} octets are available.",
            0x6F => "The card met a fault of its own.",
            0x91 => $"The command was carried out; a proactive command of {Count(status)} octets waits for FETCH.",
            0x92 when status.IsSuccess => $"The command was carried out after {status.Sw2} internal retries.",
            0x9E => $"The packet was refused; {Count(status)} octets of answer (often the PoR) wait for GET RESPONSE.",
            0x9F => $"The command was carried out; {Count(status)} octets of response wait for GET RESPONSE.",
            _ => $"No standard that Tsm knows defines {status}.",
        },
    };

    public static StatusExplanation Explain(StatusWord status, byte instruction)
    {
        (string cause, string next) = InContext(status, instruction)
            ?? InGeneral(status, instruction)
            ?? ($"The card maker may use {status} for a condition of its own.", SeeTrace);
        return new(Name(status), Meaning(status), cause, next);
    }

    private static int Count(StatusWord status) => status.Sw2 == 0 ? 256 : status.Sw2;

    private static (string Cause, string Next)? InContext(StatusWord status, byte instruction) => instruction switch
    {
        Instruction.Load => Load(status),
        Instruction.Install => Install(status),
        Instruction.Delete => Delete(status),
        Instruction.SetStatus => SetStatus(status),
        Instruction.GetStatus => GetStatus(status),
        Instruction.PutKey => PutKey(status),
        Instruction.StoreData => StoreData(status),
        Instruction.Select => Select(status),
        Instruction.ExternalAuthenticate or Instruction.InitializeUpdate => Authenticate(status),
        _ => null,
    };

    private static (string Cause, string Next)? Load(StatusWord status) => status.Value switch
    {
        0x6400 => ("The load file is damaged, was cut in the wrong place, or does not link on this card (an import, an export version or the CAP format).",
            "Check the imports of the CAP file against the card model, then load again from INSTALL [for load]."),
        0x6438 => ("The applet imports a package that this card does not have, or a newer version of it.",
            "Compare the imports of the CAP file with the packages of the card model, and build against the older API if one is missing."),
        0x6985 => ("The load sequence is broken: no INSTALL [for load] came before, an earlier block failed, or a block was repeated or left out.",
            "Start again with INSTALL [for load]; if blocks go in several packets, check whether the card keeps a load across packets."),
        0x6A80 => ("The card refuses the content: a wrong load file hash, a malformed CAP component, a package AID that exists already, or a missing import.",
            "Verify the CAP file and its hash, then read the registry for the package AID."),
        0x6A84 or 0x6581 => ("The card has not enough free memory for the load file.",
            "Read the free memory (GET DATA FF21), delete unused packages, or load a smaller one."),
        0x6A86 => ("The block number or the last-block mark in P1 P2 is not what the card expects next.",
            "Start again with INSTALL [for load] and send the blocks in order, numbered from 00."),
        0x6A88 => ("The security domain that INSTALL [for load] named is gone or cannot take load files.", SeeRegistry),
        0x6700 => ("The block is longer than the card takes.",
            "Make the block smaller; the card model or tag 9F65 of SELECT names the limit."),
        0x6982 => ("The security domain may not load, or a signature (DAP) or token is missing or wrong.",
            "Check the domain's privileges and whether the card asks for DAP or tokens."),
        _ => null,
    };

    private static (string Cause, string Next)? Install(StatusWord status) => status.Value switch
    {
        0x6985 => ("The AID exists already, the load file is not loaded, the security domain is not personalised, or the card is locked.",
            SeeRegistry),
        0x6A80 => ("Duplicate AID, install parameters that this card does not take (C9, EF, EA), a TAR already in use, or privileges it does not grant.",
            "Read the registry for the AID and the TAR; try the parameters the card model names (EA or EF/CA)."),
        0x6A88 or 0x6A82 => ("The load file, the module or the security domain named in the command is not on the card.",
            "Read the registry with GET STATUS and check the three AIDs; the module AID is the one in the CAP file."),
        0x6A84 or 0x6581 => ("Not enough memory for the instance, or the quota in C7 or C8 cannot be reserved.",
            "Read the free memory (GET DATA FF21), lower the quotas, or delete unused applications."),
        0x6438 => ("A package that the load file imports is missing on the card.",
            "Compare the imports of the CAP file with the packages of the card model."),
        0x6982 => ("The addressed security domain may not install (no Authorized or Delegated Management), or a token is missing or wrong.",
            "Send the command to a domain with the privilege, or supply the token."),
        0x6A81 => ("The card is locked, or does not know this variant of INSTALL.", "Check the card's life cycle with GET STATUS."),
        0x6A86 => ("The card does not know this combination of P1 and P2, for example the combined load and install.",
            "Send the single steps instead: for load, for install, for make selectable."),
        0x6F00 => ("The applet's install method threw an exception.",
            "Check the application parameters (C9) against what the applet expects."),
        _ => null,
    };

    private static (string Cause, string Next)? Delete(StatusWord status) => status.Value switch
    {
        0x6985 => ("The load file still has instances, the security domain still has content, another package imports it, or it is in use.",
            "Delete the instances first, or ask for DELETE with related objects."),
        0x6A88 or 0x6A82 => ("The object is not on the card; it may have been deleted before.",
            "Read the registry; if it is gone, nothing is left to do."),
        0x6982 => ("The object belongs to another security domain and the addressed one has no Global Delete, or a token is missing or wrong.",
            "Send the command to the domain the object is associated with, or supply the token."),
        0x6A80 => ("The data is malformed, or the card does not delete this kind of object.",
            "Check the AID in tag 4F; objects in ROM cannot be deleted."),
        0x6A86 => ("The card does not delete with related objects.", "Delete the instances one by one, then the load file."),
        _ => null,
    };

    private static (string Cause, string Next)? SetStatus(StatusWord status) => status.Value switch
    {
        0x6985 or 0x6A80 => ("The application is in that state already, or the transition is not allowed from its present state.",
            "Read the life cycle with GET STATUS; if it is the wanted one, the command is done."),
        0x6A88 or 0x6A82 => ("There is no application with this AID in reach of the addressed security domain.", SeeRegistry),
        0x6982 => ("The application belongs to another security domain and the addressed one has no Global Lock, or it has Final Application.",
            "Send the command to the domain the application is associated with."),
        0x6A86 => ("The card does not know this scope (P1) or state (P2).", "Use P1 40 with P2 80 to lock and 00 to unlock."),
        _ => null,
    };

    private static (string Cause, string Next)? GetStatus(StatusWord status) => status.Value switch
    {
        0x6310 => ("More entries than fit one answer.", "Repeat the command with P2 03 and the same data until 9000."),
        0x6A88 or 0x6A82 => ("Nothing in this scope matches; the addressed security domain sees only its own subtree.",
            "Ask the issuer security domain, or take it that there is none."),
        0x6A80 => ("The card does not take the tag list (5C), or the data changed between the first and the next page.",
            "Repeat without tag list, or start again from the first page."),
        0x6985 => ("A next page was asked for without a first one, as after a reset between two packets.",
            "Start again from the first page, and ask for pages in one packet."),
        0x6A86 => ("The scope in P1 is refused; the scope 80 only the issuer security domain answers.",
            "Address the issuer security domain, or ask for scope 40 or 20."),
        _ => null,
    };

    private static (string Cause, string Next)? PutKey(StatusWord status) => status.Value switch
    {
        0x6982 or 0x9485 => ("The key check value does not match: the keys were encrypted under another DEK than the card's, or not at all.",
            "Compare the check values of the DEK; do not repeat blindly, the card may count failures."),
        0x6A80 => ("The card does not take the key type, length or block layout (inner length or not), or a check value is wrong.",
            "Try the other layout of the card model; a replaced key keeps its type and length."),
        0x6A88 or 0x6A82 => ("The key version to be replaced is not on the card.",
            "Read the key information template (GET DATA 00E0); add a new set with P1 00."),
        0x6A84 or 0x6581 => ("No room for another key set.", "Replace a key set instead of adding one."),
        0x9484 => ("The card does not support the algorithm of the key.", "Use the algorithm the card model names."),
        0x6985 => ("The security domain takes no keys in its present state.", SeeRegistry),
        _ => null,
    };

    private static (string Cause, string Next)? StoreData(StatusWord status) => status.Value switch
    {
        0x6A86 => ("The block number is not the next one, or the application has response data and P1 b1 was 0.",
            "Start again at block 00, or repeat with P1 b1 = 1 and Le."),
        0x6985 => ("No INSTALL [for personalization] came before, or it ended with another packet.",
            "Send INSTALL [for personalization] and all blocks in one script."),
        0x6982 => ("The data must be encrypted, or a key check value is wrong.", "Check the encryption bits of P1 and the DEK."),
        0x6A80 => ("The application does not take this data.", "Check the data grouping identifiers against the applet's documentation."),
        0x6A88 => ("A data object or application named in the data does not exist.", SeeTrace),
        _ => null,
    };

    private static (string Cause, string Next)? Select(StatusWord status) => status.Value switch
    {
        0x6A82 => ("The application or file does not exist, or the application is locked or not yet selectable.", SeeRegistry),
        0x6283 => ("The card is locked; only its issuer security domain answers.", "Unlock the card with SET STATUS, if that is intended."),
        0x6999 or 0x6985 => ("The applet refused to be selected.", "Check the applet's own conditions, such as missing personalisation."),
        _ => null,
    };

    private static (string Cause, string Next)? Authenticate(StatusWord status) => status.Value switch
    {
        0x6300 or 0x6982 => ("The keys on the card are others than ours: key version, diversification or value.",
            "Stop. Compare key version and check values before another try; the card counts failures."),
        0x6983 or 0x6985 => ("The key is blocked after failed tries, or the command came out of order.",
            "Do not try again; ask the card issuer for the state of the key."),
        0x6A88 => ("The card has no keys of this version.", "Read the key information template (GET DATA 00E0)."),
        _ => null,
    };

    private static (string Cause, string Next)? InGeneral(StatusWord status, byte instruction) => status.Value switch
    {
        0x6881 or 0x6882 => ("The class octet names a logical channel or secure messaging that is not in use.",
            "Over the air, GlobalPlatform commands go with class 80 on the basic channel."),
        0x6982 => ("The security of the packet or session does not fulfil the condition of the object.",
            "Check the access domain or the privileges of the addressed application."),
        0x6985 => ("The card or the object is in another life cycle state than the command needs.", SeeRegistry),
        0x6700 => ("A length octet is wrong; in a compact script a superfluous Le makes the card read a new command.",
            "Check Lc and Le, and that compact scripts carry no Le behind data."),
        0x6D00 or 0x6E00 => ("The TAR or session addresses another application than the command is meant for, or a length before was wrong.",
            $"Check the TAR, and that {(instruction == 0 ? "what was sent" : Instruction.Name(instruction))} is a command of that application."),
        0x6A84 or 0x6581 => ("The card or the file is full, or its memory is worn.", "Free memory; if it fails again, replace the card."),
        0x6A82 or 0x6A88 or 0x6A83 or 0x9404 => ("The name, path or key in the command is not on this card.",
            "Check it against the card model."),
        0x6A80 => ("A value in the data is not acceptable to this card.", SeeTrace),
        0x6A81 => ("The card is locked, or its software lacks this function.", "Check the card's life cycle and its model."),
        0x6A86 or 0x6B00 => ("P1 P2 do not fit the command, the file or the card.", SeeTrace),
        _ when status.IsSuccess => ("The command was right.", status.Sw1 is 0x61 or 0x9F
            ? "Fetch the data with GET RESPONSE if it is wanted."
            : "Nothing is left to do."),
        _ => status.Sw1 switch
        {
            0x62 or 0x63 => ("The card carried the command out, but reports a condition.", "Decide by the data whether it matters."),
            0x64 or 0x65 or 0x6F => ("The card met a fault it does not name.", "Audit the card before the command is repeated."),
            0x6C => ("The card returns another number of octets than was asked for.", "Repeat with the length it names."),
            0x9E => ("The card answers the packet with an error PoR.", "Read the PoR; it names the reason."),
            _ => null,
        },
    };
}
