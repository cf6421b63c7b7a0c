// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementLedger} from "../../contracts/AgreementLedger.sol";
import {NormRegistry} from "../../contracts/NormRegistry.sol";
import {PartyRegistry} from "../../contracts/PartyRegistry.sol";

/// @notice The init code that is proven. Here it is compiled from the sources beside it, as a broken twin's is;
/// `scripts/prove.py` puts the shipped artifacts' in its place.
library Code {
    function partyRegistry() internal pure returns (bytes memory) {
        return type(PartyRegistry).creationCode;
    }

    function agreementLedger() internal pure returns (bytes memory) {
        return type(AgreementLedger).creationCode;
    }

    function normRegistry() internal pure returns (bytes memory) {
        return type(NormRegistry).creationCode;
    }
}
