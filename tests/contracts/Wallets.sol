// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "../../contracts/interfaces/IERC1271.sol";
import {Written} from "./Written.sol";

/// @notice A wallet as most are: it takes the signature of whoever owns it, a key or another wallet.
contract Wallet is IERC1271, Written {
    address public owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata given) external view virtual returns (bytes4) {
        return _signed(hash, given) ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function _signed(bytes32 hash, bytes memory given) internal view returns (bool) {
        if (owner.code.length == 0) return recover(hash, given) == owner;
        return IERC1271(owner).isValidSignature(hash, given) == IERC1271.isValidSignature.selector;
    }
}

/// @notice A wallet whose owner signs what the wallet is to sign, inside the wallet's own domain, as ERC-7739 has it: one
/// key's signature for one wallet is none for another. The signature brings along what the owner's screen showed.
contract NestingWallet is Wallet {
    constructor(address owner_) Wallet(owner_) {}

    /// @dev signature ‖ the application's domain ‖ hash of the contents ‖ their written type ‖ its length in two bytes
    function isValidSignature(bytes32 hash, bytes calldata given) external view override returns (bytes4) {
        if (given.length < 131) return 0xffffffff;
        uint256 length = uint16(bytes2(given[given.length - 2:]));
        if (given.length != 131 + length) return 0xffffffff;
        bytes32 domain = bytes32(given[65:97]);
        bytes32 contents = bytes32(given[97:129]);
        if (digestUnder(domain, contents) != hash) return 0xffffffff;
        bytes32 shown = digestUnder(domain, this.nested(contents, string(given[129:129 + length])));
        return recover(shown, given[:65]) == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @dev What the owner signs: the contents, and this wallet's own domain beside them.
    function nested(bytes32 contents, string calldata contentsType) external view returns (bytes32) {
        bytes32 written = keccak256(
            bytes.concat(
                "TypedDataSign(Contents contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)",
                bytes(contentsType)
            )
        );
        return keccak256(
            abi.encode(
                written, contents, keccak256("NestingWallet"), keccak256("1"), block.chainid, address(this), bytes32(0)
            )
        );
    }
}

/// @notice Takes a signature only as long as its owner likes.
contract FickleWallet is Wallet {
    bool public willing = true;

    constructor(address owner_) Wallet(owner_) {}

    function change(bool willing_) external {
        willing = willing_;
    }

    function isValidSignature(bytes32 hash, bytes calldata given) external view override returns (bytes4) {
        return willing && _signed(hash, given) ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Uses up much gas before it takes a good signature: none may starve it.
contract HungryWallet is Wallet {
    uint256 public immutable APPETITE;

    constructor(address owner_, uint256 appetite) Wallet(owner_) {
        APPETITE = appetite;
    }

    function isValidSignature(bytes32 hash, bytes calldata given) external view override returns (bytes4) {
        uint256 start = gasleft();
        uint256 sum = 0;
        while (start - gasleft() < APPETITE) ++sum;
        return _signed(hash, given) ? IERC1271.isValidSignature.selector : bytes4(uint32(sum));
    }
}

/// @notice Tries to act, or to carry, from inside its answer, and then takes the signature whatever came of that.
contract ReentrantWallet is Wallet {
    address private _target;
    bytes private _call;

    constructor(address owner_) Wallet(owner_) {}

    function aim(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function isValidSignature(bytes32 hash, bytes calldata given) external view override returns (bytes4) {
        if (_target != address(0)) {
            // Half of the gas: what a forbidden write takes with it must not be everything.
            // solhint-disable-next-line avoid-low-level-calls
            (bool done,) = _target.staticcall{gas: gasleft() / 2}(_call);
            if (done) return 0;
        }
        return _signed(hash, given) ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Ways in which a wallet can misbehave when it is asked.
enum Malice {
    BurnsAllGas,
    InvalidOpcode,
    ReturnsAMegabyte,
    RevertsWithAMegabyte,
    ReturnsWhatItsGasBuys,
    RevertsWithWhatItsGasBuys,
    Reverts,
    ReturnsNothing,
    ReturnsFourBytes,
    ReturnsThirtyOneBytes,
    ReturnsDirtyBytes,
    ReturnsTrue,
    ReturnsAnotherValue
}

/// @notice A wallet that misbehaves.
contract MaliciousWallet {
    Malice public immutable MALICE;

    constructor(Malice malice) {
        MALICE = malice;
    }

    // forge-lint: disable-next-line(mixed-case-function)
    fallback() external {
        Malice malice = MALICE;
        if (malice == Malice.BurnsAllGas) while (true) {}
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        // Assembly, because the compiler writes no such answers.
        assembly {
            mstore(0, magic)
            switch malice
            case 1 { invalid() }
            case 2 { return(32, 1000000) }
            case 3 { revert(0, 1000000) }
            case 4 { return(32, 440000) }
            case 5 { revert(0, 440000) }
            case 6 { revert(0, 32) }
            case 7 { return(0, 0) }
            case 8 { return(0, 4) }
            case 9 { return(0, 31) }
            case 10 {
                mstore8(31, 1)
                return(0, 32)
            }
            case 11 {
                mstore(0, 1)
                return(0, 32)
            }
            default {
                mstore(0, not(magic))
                return(0, 32)
            }
        }
    }
}
